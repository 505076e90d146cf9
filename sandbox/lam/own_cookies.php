<?php
// Cookies know no ports: the LAMs of two networks on one machine would sign each other's users out. So each network's
// cookies carry its name; LAM itself neither sees nor knows it.
$network = getenv('LAM_NETWORK') . '_';
foreach ($_COOKIE as $name => $value) {
	unset($_COOKIE[$name]);
	if (strpos($name, $network) === 0) {
		$_COOKIE[substr($name, strlen($network))] = $value;
	}
}
header_register_callback(function () use ($network) {
	$cookies = preg_grep('/^Set-Cookie:/i', headers_list());
	header_remove('Set-Cookie');
	foreach ($cookies as $cookie) {
		header(preg_replace('/^Set-Cookie:\s*/i', 'Set-Cookie: ' . $network, $cookie), false);
	}
});
