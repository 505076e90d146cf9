"""The case archive (ESA): what stands in it by Noark 5, what can be done there, and what several processes do alike."""
