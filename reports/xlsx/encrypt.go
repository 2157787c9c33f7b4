package xlsx

import (
	"fmt"

	"github.com/xuri/excelize/v2"
)

// Encrypt encrypts a finished workbook, so that it opens with the password only. The same
// workbook encrypted twice is not the same bytes: that is what encryption is for.
func Encrypt(workbook []byte, password string) ([]byte, error) {
	sealed, err := excelize.Encrypt(workbook, &excelize.Options{Password: password})
	if err != nil {
		return nil, fmt.Errorf("encrypt a workbook: %w", err)
	}
	return sealed, nil
}
