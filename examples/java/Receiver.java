import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import com.sun.net.httpserver.*;
import java.net.*;
import java.nio.ByteBuffer;
import java.security.*;
import java.util.*;
import java.util.concurrent.Executors;

/** An endpoint for task-state-change notifications. Java 17 or later, JDK only. */
public class Receiver {
    static final String SIGN_KEY = System.getenv().getOrDefault("SIGN_KEY", "");
    static final int BODY_BYTES_MAX = 65_536, WINDOW_MS = 300_000, SEEN_MAX = 10_000;
    static final Map<String, Integer> LENGTHS_MAX =
        Map.of("state", 5, "houseTaskId", 32, "houseId", 64, "packageId", 128, "userId", 32, "userName", 4096);
    static final String CONTENT_TYPE = "(?i)((application/)?x-www-form-urlencoded *(; *charset *= *(\"utf-?8\"|utf-?8) *)?)?";
    static final LinkedHashMap<String, Map<String, String>> seen = new LinkedHashMap<>(); // by sign, oldest first

    /** Your part. A retry is signed anew, so a change can come twice: setting a state again does no harm. */
    static void onChange(Map<String, String> change) {
        System.out.println("house " + change.get("houseId") + " is now " + change.get("state"));
    }

    /** Returns when the change is handled. SignatureException: not from the platform. Any other: to be tried again. */
    static void receive(Headers headers, byte[] body) throws Exception {
        check(header(headers, "Content-Type").matches(CONTENT_TYPE), "content-type-unsupported");
        var fields = decodeForm(new String(body, ISO_8859_1));
        String sign = authenticate(fields, header(headers, "timestamp"), header(headers, "sign"));
        // Exactly these: names are not signed, so an undeclared field can carry a piece of another.
        check(fields.keySet().equals(LENGTHS_MAX.keySet()), "field-missing or field-undeclared");
        fields.forEach((name, value) -> {
            check(value.length() <= LENGTHS_MAX.get(name), "field-too-long: " + name); // in UTF-16 code units
            check(!value.isEmpty() || name.equals("userName"), "field-too-short: " + name);
        });
        // As text: "050000" is a number too.
        check(fields.get("state").matches("0|9000|[1-5]0000|45000|51000|52000"), "state-unknown");
        handleOnce(sign, fields);
    }

    static void check(boolean asAgreed, String code) {
        if (!asAgreed) throw new IllegalArgumentException(code);
    }

    /** A header that came twice is joined, and fits no pattern. */
    static String header(Headers headers, String name) {
        return String.join(", ", headers.getOrDefault(name, List.of()));
    }

    static SortedMap<String, String> decodeForm(String body) throws Exception {
        // URLDecoder takes "%+1" for a byte, and repairs broken UTF-8; forgeries are made of such things.
        check(!body.replaceAll("%[0-9A-Fa-f]{2}", "").contains("%"), "form-malformed-percent");
        var fields = new TreeMap<String, String>();
        for (String pair : body.split("&")) {
            if (pair.isEmpty()) continue;
            String[] parts = pair.split("=", 2);
            String repeated = fields.put(decode(parts[0]), decode(parts.length == 2 ? parts[1] : ""));
            check(repeated == null, "form-repeated-name");
        }
        return fields;
    }

    static String decode(String part) throws Exception {
        byte[] bytes = URLDecoder.decode(part, ISO_8859_1).getBytes(ISO_8859_1);
        String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString(); // throws where new String repairs
        check(text.chars().noneMatch(unit -> unit < 0x20 || unit == 0x7f), "form-control-character");
        return text;
    }

    static String authenticate(SortedMap<String, String> fields, String timestamp, String sign) throws Exception {
        if (!sign.matches("[0-9A-Fa-f]{32}")) throw new SignatureException("sign missing or malformed");
        // The text is checked before it is read as a number: "01532059200000" is one too.
        if (!timestamp.matches("[1-9][0-9]{12}")
            || Math.abs(System.currentTimeMillis() - Long.parseLong(timestamp)) > WINDOW_MS)
            throw new SignatureException("timestamp missing, malformed or outside the window");
        String text = SIGN_KEY + String.join("", fields.values()) + timestamp; // sorted by name
        byte[] digest = MessageDigest.getInstance("MD5").digest(text.getBytes(UTF_8));
        if (!MessageDigest.isEqual(digest, HexFormat.of().parseHex(sign))) throw new SignatureException("sign-mismatch");
        return sign.toLowerCase(Locale.ROOT);
    }

    /** Against replays of older states. In production: a table with the sign as unique key, in the change's transaction. */
    static synchronized void handleOnce(String sign, Map<String, String> fields) throws SignatureException {
        if (fields.equals(seen.get(sign))) return;
        if (seen.containsKey(sign)) throw new SignatureException("the same sign with other fields");
        onChange(fields);
        seen.put(sign, fields); // only now: when onChange fails, the repeat has to run
        if (seen.size() > SEEN_MAX) seen.remove(seen.keySet().iterator().next());
    }

    static void handle(HttpExchange exchange) throws java.io.IOException {
        byte[] body = exchange.getRequestBody().readNBytes(BODY_BYTES_MAX + 1);
        int status = !exchange.getRequestMethod().equals("POST") ? 405 : body.length > BODY_BYTES_MAX ? 413 : 200, state = 200;
        try {
            check(status == 200, "not a POST of at most 64 KiB");
            receive(exchange.getRequestHeaders(), body);
        } catch (Exception refusal) {
            System.err.println("refused: " + refusal); // for your log; the answer tells a forger nothing
            state = refusal instanceof SignatureException ? 401 : 500; // 403, never again, is for your part to say
        }
        String payload = state == 200 ? "Success" : state == 401 ? "authentication failed" : "not understood, or failed";
        byte[] answer = "{\"state\":%d,\"payload\":\"%s\"}".formatted(state, payload).getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
        exchange.sendResponseHeaders(status, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    public static void main(String[] arguments) throws Exception {
        if (SIGN_KEY.isEmpty()) throw new IllegalStateException("SIGN_KEY is not set: with an empty key anybody could sign");
        System.setProperty("sun.net.httpserver.maxReqTime", "15"); // seconds from the first byte to the last
        System.setProperty("sun.net.httpserver.nodelay", "true"); // or each answer waits 40 ms
        System.setProperty("sun.net.httpserver.drainAmount", "1048576"); // closing with bytes unread would lose the answer
        var address = new InetSocketAddress("127.0.0.1", Integer.parseInt(System.getenv().getOrDefault("PORT", "9000")));
        HttpServer server = HttpServer.create(address, 128);
        server.createContext("/", Receiver::handle);
        server.setExecutor(Executors.newFixedThreadPool(32)); // the default is one thread for all
        server.start();
    }
}
