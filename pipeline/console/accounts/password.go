package accounts

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// What a hash costs: 19 MiB, twice, as OWASP advises.
const (
	rounds  = 2
	memory  = 19 << 10 // KiB
	threads = 1
	length  = 32
)

// Shortest and Longest are the characters of a password.
const (
	Shortest = 12
	Longest  = 200
)

// Hash is a password as it is kept.
func Hash(password string) (string, error) {
	if n := utf8.RuneCountInString(password); n < Shortest || n > Longest {
		return "", fmt.Errorf("a password has %d to %d characters", Shortest, Longest)
	}
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails
	return encoded(salt, derived(password, salt)), nil
}

func encoded(salt, key []byte) string {
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memory, rounds, threads,
		b.EncodeToString(salt), b.EncodeToString(key))
}

// oneByOne keeps many sign-ins at once from filling the memory.
var oneByOne sync.Mutex

func derived(password string, salt []byte) []byte {
	oneByOne.Lock()
	defer oneByOne.Unlock()
	return argon2.IDKey([]byte(password), salt, rounds, memory, threads, length)
}

// Matches says whether a password is that of the hash. A hash of nobody takes as long, so that the time does not
// tell which accounts exist.
func Matches(password, hash string) bool {
	parts := strings.Split(hash, "$")
	salt := make([]byte, 16)
	if len(parts) == 6 {
		salt, _ = base64.RawStdEncoding.DecodeString(parts[4])
	}
	if utf8.RuneCountInString(password) > Longest {
		return false
	}
	got := encoded(salt, derived(password, salt))
	return len(parts) == 6 && subtle.ConstantTimeCompare([]byte(got), []byte(hash)) == 1
}
