// An endpoint for task-state-change notifications. Go 1.19 or later, standard library only.
package main

import (
	"crypto/md5"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

const bodyBytesMax, windowMs, seenMax = 65536, 300_000, 10_000

var (
	signKey         = os.Getenv("SIGN_KEY")
	contentTypeForm = regexp.MustCompile(`(?i)^((application/)?x-www-form-urlencoded *(; *charset *= *("utf-?8"|utf-?8) *)?)?$`)
	// As text: "01532059200000", "+5" and "050000" are numbers too.
	timestampForm = regexp.MustCompile(`^[1-9][0-9]{12}$`)
	stateForm     = regexp.MustCompile(`^(0|9000|[1-5]0000|45000|51000|52000)$`)
	controls      = regexp.MustCompile(`[\x00-\x1f\x7f]`)
	names         = []string{"houseId", "houseTaskId", "packageId", "state", "userId", "userName"} // in the order of signing
	lengthsMax    = []int{64, 32, 128, 5, 32, 4096}
	lock          sync.Mutex
	seen          = map[string]string{}  // sign to form
	order, next   = [seenMax]string{}, 0 // the signs seen, in a ring
)

// Your part. After an error the change comes again. It can come twice anyway: setting a state again does no harm.
func onChange(change url.Values) error {
	fmt.Printf("task %s of house %s is now %s\n", change.Get("houseTaskId"), change.Get("houseId"), change.Get("state"))
	return nil
}

// State and payload to answer. 401: not from the platform. 500: not as agreed, try again. 403, never again: for your part.
func receive(header http.Header, body string) (int, string) {
	if !contentTypeForm.MatchString(strings.Join(header.Values("Content-Type"), ", ")) {
		return 500, "content-type-unsupported"
	}
	// ParseQuery refuses a lone percent sign, as it should, and a bare semicolon, which it should not.
	form, err := url.ParseQuery(strings.ReplaceAll(body, ";", "%3B"))
	if err != nil || len(form) != len(names) {
		return 500, "form-malformed-percent, field-missing or field-undeclared" // names are not signed: no others
	}
	text := signKey
	for index, name := range names {
		value := form.Get(name)
		length := len(utf16.Encode([]rune(value))) // UTF-16 code units, as .NET counts; len counts bytes
		if len(form[name]) != 1 || !utf8.ValidString(value) || controls.MatchString(value) || length > lengthsMax[index] ||
			length == 0 && name != "userName" || name == "state" && !stateForm.MatchString(value) {
			return 500, "not as agreed: " + name
		}
		text += value
	}
	timestamp, sign := strings.Join(header.Values("timestamp"), ", "), strings.Join(header.Values("sign"), ", ")
	signedMs, _ := strconv.ParseInt(timestamp, 10, 64)
	age := time.Now().UnixMilli() - signedMs
	given, err := hex.DecodeString(sign)
	digest := md5.Sum([]byte(text + timestamp))
	// Text first, number second. A header that came twice is joined, and fits neither form.
	if !timestampForm.MatchString(timestamp) || age > windowMs || age < -windowMs ||
		err != nil || subtle.ConstantTimeCompare(digest[:], given) != 1 {
		log.Printf("sign-mismatch, or timestamp or sign malformed or outside the window: %q is %d ms old", timestamp, age)
		return 401, "authentication failed" // no more than that, so that a forger learns nothing
	}
	return handleOnce(string(digest[:]), form)
}

// Against replays of older states. In production: a table with the sign as unique key, in the change's transaction.
func handleOnce(sign string, form url.Values) (int, string) {
	lock.Lock()
	defer lock.Unlock()
	if known, repeated := seen[sign]; repeated && known == form.Encode() {
		return 200, "Success"
	} else if repeated {
		return 401, "authentication failed"
	} else if err := onChange(form); err != nil {
		log.Print(err)
		return 500, "internal error"
	}
	delete(seen, order[next])
	seen[sign], order[next], next = form.Encode(), sign, (next+1)%seenMax // only now: a failed change has to run again
	return 200, "Success"
}

func serve(w http.ResponseWriter, r *http.Request) {
	status, state, payload := 405, 500, "POST only"
	if r.Method == http.MethodPost {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyBytesMax))
		if status, payload = 413, "body too large or incomplete"; err == nil {
			status = 200
			state, payload = receive(r.Header, string(body))
		}
	}
	log.Printf("%s: %d %s", r.RemoteAddr, state, payload)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"state":%d,"payload":%q}`, state, payload)
}

func main() {
	if signKey == "" {
		log.Fatal("SIGN_KEY is not set: with an empty key anybody could sign")
	}
	// No ServeMux: it redirects paths such as //, and the platform follows no redirect.
	server := http.Server{Addr: "127.0.0.1:" + os.Getenv("PORT"), Handler: http.HandlerFunc(serve),
		ReadTimeout: 15 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute}
	log.Fatal(server.ListenAndServe())
}
