// Package agile encrypts a finished workbook as Office does: the agile encryption of [MS-OFFCRYPTO], with AES-256 in
// CBC mode, SHA-512, 100,000 rounds between password and key, and an HMAC that shows any change.
//
// The *package* is the workbook's bytes. A random *secret key* encrypts it in segments; the password encrypts the
// secret key. Both lie in a compound file, the container of older Office files. Each call gives other bytes, as
// salts are random.
package agile

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"unicode/utf16"
)

// Rounds is how often a guess of the password has to be hashed.
const Rounds = 100_000

const (
	saltSize = 16
	keySize  = 32
	segment  = 4096 // bytes of the package that are encrypted together
)

// largest is how many bytes a package may have: a workbook has far fewer.
const largest = 1 << 30

// What each key, or start of a chain, is for.
var (
	verifierInput = []byte{0xfe, 0xa7, 0xd2, 0x76, 0x3b, 0x4b, 0x9e, 0x79}
	verifierValue = []byte{0xd7, 0xaa, 0x0f, 0x6d, 0x30, 0x61, 0x34, 0x4e}
	secretKey     = []byte{0x14, 0x6e, 0x0b, 0xe7, 0xab, 0xac, 0xd0, 0xd6}
	hmacKey       = []byte{0x5f, 0xb2, 0xad, 0x01, 0x0c, 0xb9, 0xe1, 0xf6}
	hmacValue     = []byte{0xa0, 0x67, 0x7f, 0x02, 0xb2, 0x2c, 0x84, 0x33}
)

// Encrypt encrypts a workbook.
func Encrypt(workbook []byte, password string) ([]byte, error) {
	if len(workbook) > largest {
		return nil, fmt.Errorf("encrypt a workbook: it has %d bytes", len(workbook))
	}
	secret, salt := random(keySize), random(saltSize)
	sealed := sealedPackage(workbook, secret, salt)
	info := append([]byte{4, 0, 4, 0, 0x40, 0, 0, 0}, description(sealed, secret, salt, password)...)
	return compound(append(dataSpaces(), stream{"EncryptionInfo", info}, stream{"EncryptedPackage", sealed})), nil
}

func random(n int) []byte {
	data := make([]byte, n)
	_, _ = rand.Read(data) // it never fails
	return data
}

// chained encrypts whole blocks; the rest of the last is filled with zeros.
func chained(key, start, plain []byte) []byte {
	padded := make([]byte, (len(plain)+aes.BlockSize-1)/aes.BlockSize*aes.BlockSize)
	copy(padded, plain)
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // the length of the key is ours
	}
	cipher.NewCBCEncrypter(block, start[:aes.BlockSize]).CryptBlocks(padded, padded)
	return padded
}

func hashed(parts ...[]byte) []byte {
	sum := sha512.Sum512(bytes.Join(parts, nil))
	return sum[:]
}

func number(n uint32) []byte { return binary.LittleEndian.AppendUint32(nil, n) }

// sealedPackage is the size of the workbook, and its segments, each chained from a start of its own.
func sealedPackage(workbook, secret, salt []byte) []byte {
	out := binary.LittleEndian.AppendUint64(make([]byte, 0, len(workbook)+2*segment), uint64(len(workbook)))
	for i := uint32(0); int(i)*segment < len(workbook); i++ {
		end := min(len(workbook), (int(i)+1)*segment)
		out = append(out, chained(secret, hashed(salt, number(i)), workbook[int(i)*segment:end])...)
	}
	return out
}

// stretched is the hash of a password after all rounds.
func stretched(password string, salt []byte) []byte {
	var text []byte
	for _, unit := range utf16.Encode([]rune(password)) {
		text = binary.LittleEndian.AppendUint16(text, unit)
	}
	sum := hashed(salt, text)
	var round [4 + sha512.Size]byte
	for i := range uint32(Rounds) {
		binary.LittleEndian.PutUint32(round[:], i)
		copy(round[4:], sum)
		next := sha512.Sum512(round[:])
		copy(sum, next[:])
	}
	return sum
}

// description is the XML that says how the package is encrypted, with the secret key encrypted by the password.
func description(sealed, secret, salt []byte, password string) []byte {
	ofPassword := random(saltSize)
	base := stretched(password, ofPassword)
	by := func(what, plain []byte) string {
		return written(chained(hashed(base, what)[:keySize], ofPassword, plain))
	}
	input, key := random(saltSize), random(sha512.Size)
	sum := hmac.New(sha512.New, key)
	sum.Write(sealed)
	return fmt.Appendf(nil, form, written(salt),
		written(chained(secret, hashed(salt, hmacKey), key)), written(chained(secret, hashed(salt, hmacValue), sum.Sum(nil))),
		Rounds, written(ofPassword), by(verifierInput, input), by(verifierValue, hashed(input)), by(secretKey, secret))
}

func written(data []byte) string { return base64.StdEncoding.EncodeToString(data) }

const form = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\r\n" +
	`<encryption xmlns="http://schemas.microsoft.com/office/2006/encryption"` +
	` xmlns:p="http://schemas.microsoft.com/office/2006/keyEncryptor/password">` +
	`<keyData saltSize="16" blockSize="16" keyBits="256" hashSize="64" cipherAlgorithm="AES"` +
	` cipherChaining="ChainingModeCBC" hashAlgorithm="SHA512" saltValue="%s"/>` +
	`<dataIntegrity encryptedHmacKey="%s" encryptedHmacValue="%s"/>` +
	`<keyEncryptors><keyEncryptor uri="http://schemas.microsoft.com/office/2006/keyEncryptor/password">` +
	`<p:encryptedKey spinCount="%d" saltSize="16" blockSize="16" keyBits="256" hashSize="64" cipherAlgorithm="AES"` +
	` cipherChaining="ChainingModeCBC" hashAlgorithm="SHA512" saltValue="%s" encryptedVerifierHashInput="%s"` +
	` encryptedVerifierHashValue="%s" encryptedKeyValue="%s"/>` +
	`</keyEncryptor></keyEncryptors></encryption>`

// dataSpaces are the streams that say that the package is encrypted as a whole. They are the same in every file.
func dataSpaces() []stream {
	const transform = "StrongEncryptionTransform"
	version := []byte{1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0}
	entry := join(number(1), number(0), text("EncryptedPackage"), text("StrongEncryptionDataSpace"))
	id := text("{FF9A3F03-56EF-4613-BDD5-5A41C1D07246}")
	primary := join(number(uint32(8+len(id))), number(1), id, text("Microsoft.Container.EncryptionTransform"), version,
		number(0), number(0), number(0), number(4))
	return []stream{
		{"\x06DataSpaces/Version", join(text("Microsoft.Container.DataSpaces"), version)},
		{"\x06DataSpaces/DataSpaceMap", join(number(8), number(1), number(uint32(4+len(entry))), entry)},
		{"\x06DataSpaces/DataSpaceInfo/StrongEncryptionDataSpace", join(number(8), number(1), text(transform))},
		{"\x06DataSpaces/TransformInfo/" + transform + "/\x06Primary", primary},
	}
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// text is a text with its length before it, filled to four bytes.
func text(s string) []byte {
	units := utf16.Encode([]rune(s))
	out := number(uint32(2 * len(units)))
	for _, unit := range units {
		out = binary.LittleEndian.AppendUint16(out, unit)
	}
	for len(out)%4 != 0 {
		out = append(out, 0)
	}
	return out
}
