package fetch

// mail is a message with attachments.
type mail struct {
	data []byte
	sum  string
}
