package xlsx

import (
	"fmt"

	"github.com/xuri/excelize/v2"
)

// Encrypt encrypts a finished workbook. Each call gives other bytes, as encryption must.
func Encrypt(workbook []byte, password string) ([]byte, error) {
	sealed, err := excelize.Encrypt(workbook, &excelize.Options{Password: password})
	if err != nil {
		return nil, fmt.Errorf("encrypt a workbook: %w", err)
	}
	return sealed, nil
}
