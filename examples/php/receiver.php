<?php
// An endpoint for task-state-change notifications. PHP 8.0 or later; needs no extension that is not built in.
declare(strict_types=1);
ini_set('display_errors', '0'); // a warning in front of the JSON would turn a success into a failure

const BODY_BYTES_MAX = 65536, WINDOW_MS = 300000;
// In ascending order of name, as they are signed.
const LENGTHS_MAX = ['houseId' => 64, 'houseTaskId' => 32, 'packageId' => 128, 'state' => 5, 'userId' => 32, 'userName' => 4096];
const CONTENT_TYPE = '{^(application/)?x-www-form-urlencoded *(; *charset *= *("utf-?8"|utf-?8) *)?$}iD';

/** The code is the state to answer. 401: not from the platform. 500: not as agreed, try again. 403: never again, for your part. */
final class Refused extends Exception {}

/** Your part. A retry is signed anew, so a change can come twice: setting a state again does no harm. */
function on_change(array $change): void
{
    error_log("task {$change['houseTaskId']} of house {$change['houseId']} is now {$change['state']}");
}

function receive(): void
{
    // Not $_POST: it keeps the last of a repeated name, renames fields, and lets broken UTF-8 pass.
    $body = file_get_contents('php://input', false, null, 0, BODY_BYTES_MAX + 1);
    if ($_SERVER['REQUEST_METHOD'] !== 'POST' || strlen($body) > BODY_BYTES_MAX) {
        http_response_code($_SERVER['REQUEST_METHOD'] === 'POST' ? 413 : 405);
        throw new Refused('not a POST of at most 64 KiB', 500);
    }
    if (!preg_match(CONTENT_TYPE, $_SERVER['CONTENT_TYPE'] ?? 'x-www-form-urlencoded')) {
        throw new Refused('content-type-unsupported', 500);
    }
    $fields = decode_form($body);
    check_fields($fields);
    handle_once(authenticate($fields), $fields);
}

function decode_form(string $body): array
{
    if (preg_match('/%(?![0-9A-Fa-f]{2})/', $body)) { // urldecode lets them pass
        throw new Refused('form-malformed-percent', 500);
    }
    $fields = [];
    foreach (array_filter(explode('&', $body), 'strlen') as $pair) {
        [$name, $value] = array_map('urldecode', explode('=', $pair, 2) + [1 => '']);
        // With the flag u, text that is not UTF-8 matches nothing.
        if (array_key_exists($name, $fields) || !preg_match('/^[^\x00-\x1f\x7f]*$/uD', $value)) {
            throw new Refused('form-repeated-name, form-invalid-utf8 or form-control-character', 500);
        }
        $fields[$name] = $value;
    }
    return $fields;
}

function check_fields(array $fields): void
{
    // Exactly these: names are not signed, so an undeclared field can carry a piece of another.
    if (array_diff_key($fields, LENGTHS_MAX) || array_diff_key(LENGTHS_MAX, $fields)) {
        throw new Refused('field-missing or field-undeclared', 500);
    }
    foreach (LENGTHS_MAX as $name => $max) {
        // UTF-16 code units, as .NET counts: one for each character, and one more for each beyond U+FFFF.
        $length = preg_match_all('/./u', $fields[$name]) + preg_match_all('/[\x{10000}-\x{10FFFF}]/u', $fields[$name]);
        if ($length > $max || ($length === 0 && $name !== 'userName')) {
            throw new Refused("length: $name", 500);
        }
    }
    // As text: to PHP '050000' == '50000' is true.
    if (!preg_match('/^(0|9000|[1-5]0000|45000|51000|52000)$/D', $fields['state'])) {
        throw new Refused('state-unknown', 500);
    }
}

function authenticate(array $fields): string
{
    [$key, $timestamp, $sign] = [getenv('SIGN_KEY'), $_SERVER['HTTP_TIMESTAMP'] ?? '', $_SERVER['HTTP_SIGN'] ?? ''];
    if (!preg_match('/^[1-9][0-9]{12}$/D', $timestamp) || abs(microtime(true) * 1000 - (int) $timestamp) > WINDOW_MS) {
        throw new Refused('timestamp missing, malformed or outside the window', 401);
    }
    $text = $key . implode('', array_replace(LENGTHS_MAX, $fields)) . $timestamp; // in the order of LENGTHS_MAX
    if (!$key || !hash_equals(md5($text), strtolower($sign))) { // with an empty key anybody could sign
        throw new Refused($key ? 'sign-mismatch' : 'SIGN_KEY is not set', $key ? 401 : 500);
    }
    return strtolower($sign);
}

/**
 * A replay must not set an older state again. Here a file for each sign is both memory and lock; in production that is a
 * table with the sign as unique key, written in the transaction of the change itself.
 */
function handle_once(string $sign, array $fields): void
{
    $folder = sys_get_temp_dir() . '/doorbell-seen';
    is_dir($folder) || mkdir($folder, 0700);
    $file = fopen("$folder/$sign", 'c+');
    flock($file, LOCK_EX); // until the request ends
    $known = stream_get_contents($file);
    if ($known !== '' && $known !== serialize($fields)) {
        throw new Refused('the same sign with other fields', 401);
    }
    if ($known === '') {
        on_change($fields);
        fwrite($file, serialize($fields)); // only now: when on_change fails, the repeat has to run
    }
    foreach (random_int(1, 100) === 1 ? glob("$folder/*") : [] as $seen) {
        filemtime($seen) < time() - 2 * WINDOW_MS / 1000 && unlink($seen); // the window itself refuses what is older
    }
}

[$state, $payload] = [200, 'Success'];
try {
    receive();
} catch (Throwable $failure) {
    error_log((string) $failure->getMessage());
    $state = $failure instanceof Refused ? $failure->getCode() : 500;
    $payload = $state === 401 ? 'authentication failed' : 'not understood, or failed'; // a forger learns nothing
}
header_remove('X-Powered-By');
header('Content-Type: application/json; charset=utf-8');
echo json_encode(['state' => $state, 'payload' => $payload]);
