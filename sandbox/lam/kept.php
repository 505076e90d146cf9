<?php
// What never changes stays with the browser, as behind any other web server: PHP's own says nothing of how long to keep it.
$kinds = ['css' => 'text/css', 'js' => 'text/javascript', 'png' => 'image/png', 'svg' => 'image/svg+xml', 'gif' => 'image/gif'];
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
$kind = pathinfo($path, PATHINFO_EXTENSION);
$file = $_SERVER['DOCUMENT_ROOT'] . $path;
if (!isset($kinds[$kind]) || strpos($path, '..') !== false || !is_file($file)) {
	return false;
}
header('Content-Type: ' . $kinds[$kind]);
header('Cache-Control: public, max-age=31536000');
readfile($file);
