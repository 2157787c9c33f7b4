package config

import (
	"bytes"
	"cmp"
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/ingest/fetch"
	"tranche/pipeline/programme"
)

// shape is a JSON object of the schema.
type shape = map[string]any

// Schema is the JSON schema of config.yaml (draft 7, which editors know), made from its structs. The reader is
// stricter where values depend on each other.
func Schema() ([]byte, error) {
	s := object(reflect.TypeFor[file]())
	s["$schema"] = "http://json-schema.org/draft-07/schema#"
	s["title"] = "Tranche: config.yaml"
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	err := e.Encode(s)
	return out.Bytes(), err
}

// words are the values of a key with few values.
func words(form string) []string {
	switch form {
	case "after":
		return []string{string(fetch.Keep), string(fetch.Delete), string(fetch.Move)}
	case "approval":
		return []string{"accounts", "required", "none"}
	case "document_numbers":
		return []string{"unique", "yearly"}
	case "final_newline":
		return []string{"required", "optional"}
	case "format":
		return []string{"csv", feed.Workbook}
	case "grouping":
		return []string{"thousands", feed.Indian}
	case "kind":
		var names []string
		for _, k := range feed.Kinds() {
			names = append(names, k.Name)
		}
		return names
	case "line_numbers":
		return []string{"whole", "dotted"}
	case "missed":
		return []string{"run", "skip"}
	case "missing_fields":
		return []string{"refuse", "empty"}
	case "mode":
		return []string{"append", "replace"}
	case "month_names":
		return feed.MonthLanguages()
	case "negative":
		return []string{feed.LeadingMinus, feed.TrailingMinus, feed.Parentheses, feed.Credit, feed.Debit}
	case "paid_in":
		return []string{"programme", "partner"}
	case "returns":
		return []string{feed.Negative, feed.Positive, feed.ByAmount, feed.ByQuantity}
	case "security":
		return []string{"starttls", "tls", "none"}
	case "excluded":
		return []string{"not", "counted"}
	}
	return ruleWords(form)
}

// ruleWords are the values of a key of the programme with few values.
func ruleWords(form string) []string {
	switch form {
	case "base":
		return programme.Bases()
	case "basis":
		return feed.Words("products", "basis")
	case "bounds":
		return []string{"lower_inclusive", programme.UpperInclusive}
	case "cap_each":
		return []string{"year", "period"}
	case "terms":
		return []string{"day", programme.Agreement}
	case "contract":
		return feed.Words(feed.Sales, "contract")
	case "credits":
		return programme.Credited()
	case "document_type":
		return feed.Words(feed.Sales, "document_type")
	case "measure":
		return programme.Measures()
	case "method":
		return programme.Methods()
	case "period":
		return programme.Periods()
	case "target":
		return programme.Targets()
	case "unnamed_returns":
		return programme.UnnamedReturns()
	case "unclaimed":
		return []string{"rescale", "drop"}
	case "own_deals":
		return []string{"refuse", "allow"}
	case "pays":
		return []string{"nothing"}
	case "source":
		return []string{"computed", "directory"}
	}
	return nil
}

// pattern is the form of a text. It does not apply to JSON numbers.
func pattern(form string) string {
	return map[string]string{
		"column":   `^.+$`,
		"colour":   `^[0-9A-Fa-f]{6}$`,
		"currency": `^[A-Z]{3}$`,
		"day":      `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`,
		"limit":    `^([0-9]+%?|none)$`,
		"part":     `^[0-9]+%$`,
		"mark":     `^.$|^\t$`,
		"name":     `^[a-z][a-z0-9_]*$`,
		"money":    `^-?[0-9]+(\.[0-9]{1,2})?$`,
		"often":    `^([0-9]+d|([0-9.]+(h|m|s|ms))+)$`,
		"quote":    `^(.|none)$`,
		"rate":     `^[0-9]+(\.[0-9]{1,4})? ?%?$`,
		"span":     `^(0|([0-9.]+(h|m|s|ms|us|ns))+)$`,
	}[form]
}

// object is the shape of a struct.
func object(t reflect.Type) shape {
	properties, must := shape{}, []string{}
	for i := range t.NumField() {
		f := t.Field(i)
		form, needed := strings.CutPrefix(f.Tag.Get("is"), "must")
		s := value(f.Type, strings.TrimSpace(form), needed)
		s["description"] = f.Tag.Get("doc")
		name := keyOf(f)
		properties[name] = s
		if needed {
			must = append(must, name)
		}
	}
	s := shape{"type": "object", "properties": properties, "additionalProperties": false}
	if len(must) > 0 {
		s["required"] = must
	}
	if t == reflect.TypeFor[feedFile]() {
		s["allOf"] = byKind()
	}
	return s
}

// keyOf is the key of a field in the file.
func keyOf(f reflect.StructField) string { return cmp.Or(f.Tag.Get("yaml"), strings.ToLower(f.Name)) }

// value is the shape of a field. An optional section may be empty: people comment out its content and leave its
// name.
func value(t reflect.Type, form string, needed bool) shape {
	orEmpty := func(s shape) shape {
		if !needed {
			s["type"] = []string{s["type"].(string), "null"}
		}
		return s
	}
	switch {
	case t == reflect.TypeFor[jobFile](), t == reflect.TypeFor[pickupFile]():
		return shape{"anyOf": []shape{{"type": "string"}, object(t)}}
	case t == reflect.TypeFor[names]():
		one := scalar(reflect.String, form)
		return shape{"anyOf": []shape{one, {"type": "array", "items": one}}}
	case t.Kind() == reflect.Pointer:
		return value(t.Elem(), form, needed)
	case t.Kind() == reflect.Struct:
		return orEmpty(object(t))
	case t.Kind() == reflect.Slice:
		s := shape{"type": "array", "items": value(t.Elem(), form, true)}
		if form == "lines" {
			s["maxItems"] = 4
		}
		return orEmpty(s)
	case t.Kind() == reflect.Map:
		return orEmpty(mapping(t, form))
	}
	return scalar(t.Kind(), form)
}

// mapping is the shape of a map. Its form can list the keys.
func mapping(t reflect.Type, form string) shape {
	keys := words(form)
	if form == "job" {
		for _, usual := range usualJobs {
			keys = append(keys, usual.name)
		}
	}
	if len(keys) == 0 {
		return shape{"type": "object", "additionalProperties": value(t.Elem(), form, true)}
	}
	properties := shape{}
	for _, key := range keys {
		properties[key] = value(t.Elem(), "", true)
	}
	return shape{"type": "object", "properties": properties, "additionalProperties": false}
}

func scalar(kind reflect.Kind, form string) shape {
	if known := words(form); known != nil {
		return shape{"enum": known}
	}
	switch {
	case kind == reflect.Bool:
		return shape{"type": "boolean"}
	case form == "month":
		return shape{"type": "integer", "minimum": 1, "maximum": 12}
	case form == "header_lines":
		return shape{"type": "integer", "minimum": 0, "maximum": 2}
	case form == "count":
		return shape{"type": "integer", "minimum": 0}
	case kind != reflect.String:
		return shape{"type": "integer"}
	case pattern(form) == "":
		return shape{"type": []string{"string", "number", "boolean"}} // 12 is a text here, too
	case slices.Contains([]string{"money", "rate", "limit"}, form):
		return shape{"type": []string{"string", "number"}, "pattern": pattern(form)}
	}
	return shape{"type": "string", "pattern": pattern(form)}
}

// byKind restricts a feed to its kind's columns.
func byKind() []shape {
	var list []shape
	for _, k := range feed.Kinds() {
		columns, names := shape{}, []string{}
		for _, c := range k.Columns {
			if !c.Derived {
				columns[c.Name] = shape{}
				names = append(names, c.Name)
			}
		}
		known := shape{"properties": columns, "additionalProperties": false}
		keyed := shape{"columns": known, "constants": known, "values": known, "key": shape{"maxItems": 0, "type": "array"}}
		then := shape{"properties": keyed}
		if k.Name == feed.Sales {
			keyed["key"] = shape{"items": shape{"enum": names}}
			then["required"] = []string{"returns"}
		}
		list = append(list, shape{"if": shape{"properties": shape{"kind": shape{"const": k.Name}}}, "then": then})
	}
	return list
}
