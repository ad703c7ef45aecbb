<?php

// A second factor for SimpleSAMLphp, which has none of its own that asks no vendor's server: a processing filter, as its modules are
// made, and the page that it sends people to. PHP loads this file before each script (auto_prepend_file). SECOND_FACTOR_SEED is
// base32, SECOND_FACTOR_ROOT the folder of SimpleSAMLphp, SECOND_FACTOR_URL where it answers.

const STAGE = 'second_factor:ask';
const PATH = '/second-factor';

function code_of(string $seed, int $step): string
{
    $bits = '';
    foreach (str_split($seed) as $letter) {
        $bits .= str_pad(decbin(strpos('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', $letter)), 5, '0', STR_PAD_LEFT);
    }
    $key = implode('', array_map(fn ($byte) => chr(bindec($byte)), str_split(substr($bits, 0, intdiv(strlen($bits), 8) * 8), 8)));
    $mac = hash_hmac('sha1', pack('J', $step), $key, true);
    $number = unpack('N', substr($mac, ord($mac[19]) & 15, 4))[1] & 0x7fffffff;
    return str_pad((string) ($number % 1000000), 6, '0', STR_PAD_LEFT);
}

function accepts(string $code): bool
{
    $step = intdiv(time(), 30);
    $fits = in_array($code, [code_of(getenv('SECOND_FACTOR_SEED'), $step), code_of(getenv('SECOND_FACTOR_SEED'), $step - 1)], true);
    file_put_contents('php://stderr', 'code: ' . ($fits ? 'accepted' : 'refused') . "\n");
    return $fits;
}

spl_autoload_register(function (string $class): void {
    if ($class !== 'SecondFactor') {
        return;
    }
    eval('class SecondFactor extends \SimpleSAML\Auth\ProcessingFilter {
        public function process(&$state) {
            $id = \SimpleSAML\Auth\State::saveState($state, STAGE);
            \SimpleSAML\Utils\HTTP::redirectTrustedURL(getenv("SECOND_FACTOR_URL") . PATH, ["StateId" => $id]);
        }
    }');
});

if (parse_url($_SERVER['REQUEST_URI'] ?? '', PHP_URL_PATH) === PATH) {
    require_once getenv('SECOND_FACTOR_ROOT') . '/lib/_autoload.php';
    $state = \SimpleSAML\Auth\State::loadState($_REQUEST['StateId'], STAGE);
    $refused = '';
    if ($_SERVER['REQUEST_METHOD'] === 'POST') {
        if (accepts($_POST['otp'] ?? '')) {
            \SimpleSAML\Auth\ProcessingChain::resumeProcessing($state);
        }
        $refused = '<p role="alert">The code is not right.</p>';
    }
    $id = htmlspecialchars($_REQUEST['StateId']);
    echo <<<HTML
        <!DOCTYPE html><html lang="en"><title>Second factor</title><h1>Two-step verification</h1>$refused
        <form method="post"><input type="hidden" name="StateId" value="$id">
        <label for="otp">Code from your authenticator app</label> <input id="otp" name="otp" inputmode="numeric" autocomplete="one-time-code">
        <button type="submit">Continue</button></form></html>
        HTML;
    exit;
}
