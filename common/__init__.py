"""What the domain services share: the life of a case, from the REST call to the robot's last look."""

VERSION = "0.1.0"
