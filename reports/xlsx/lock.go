package xlsx

import (
	"fmt"

	"github.com/xuri/excelize/v2"
)

// Lock encrypts a finished workbook, so that it opens with the password only. The same
// workbook locked twice is not the same bytes: that is what encryption is for.
func Lock(workbook []byte, password string) ([]byte, error) {
	locked, err := excelize.Encrypt(workbook, &excelize.Options{Password: password})
	if err != nil {
		return nil, fmt.Errorf("lock a workbook: %w", err)
	}
	return locked, nil
}
