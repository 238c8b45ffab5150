package standard

import (
	"errors"
	"sort"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"threeflow.example/goimport/internal/refuse"
)

var english = message.NewPrinter(language.English)

// chinese are the words by keyword; the place says the rest.
var chinese = map[string]string{
	"required": "缺少必需的成员", "additionalProperties": "不允许的成员", "type": "类型不符", "enum": "不在允许的取值之内",
	"const": "取值与规定不符", "pattern": "格式不符", "format": "格式不符", "minLength": "过短", "maxLength": "过长",
	"minimum": "小于下限", "maximum": "大于上限", "minItems": "元素过少", "maxItems": "元素过多", "uniqueItems": "元素重复",
	"falseSchema": "此处不允许该成员",
}

// Violations names every place at which a value breaks the schema of a name, sorted by place and keyword (TF-DOC-5).
func (s *Standard) Violations(name string, value any) []refuse.Violation {
	schema := s.schemas[name]
	if schema == nil {
		return []refuse.Violation{{Rule: "type", Message: map[string]string{"en": "no schema " + name, "zh": "无此结构"}}}
	}
	var broken *jsonschema.ValidationError
	if !errors.As(schema.Validate(value), &broken) {
		return nil
	}
	var found []refuse.Violation
	collect(broken, &found)
	// The library looks no further at a place whose format is wrong; every violation is to be named.
	if errors.As(s.loose[name].Validate(value), &broken) {
		collect(broken, &found)
	}
	sort.SliceStable(found, func(a, b int) bool {
		if found[a].Pointer != found[b].Pointer {
			return found[a].Pointer < found[b].Pointer
		}
		return found[a].Rule < found[b].Rule
	})
	return distinct(found)
}

func distinct(sorted []refuse.Violation) []refuse.Violation {
	kept := sorted[:0]
	for _, each := range sorted {
		if len(kept) == 0 || kept[len(kept)-1].Pointer != each.Pointer || kept[len(kept)-1].Rule != each.Rule {
			kept = append(kept, each)
		}
	}
	return kept
}

// collect goes down to the keywords that failed; a choice of schemas counts as one, at its own place.
func collect(broken *jsonschema.ValidationError, found *[]refuse.Violation) {
	place := broken.InstanceLocation
	switch said := broken.ErrorKind.(type) {
	case *kind.Required:
		for _, name := range said.Missing {
			add(found, place, name, "required", "a member is missing")
		}
	case *kind.DependentRequired:
		for _, name := range said.Missing {
			add(found, place, name, "dependentRequired", "a member is missing")
		}
	case *kind.AdditionalProperties:
		for _, name := range said.Properties {
			add(found, place, name, "additionalProperties", "a member is not expected")
		}
	case *kind.FalseSchema:
		add(found, place, "", "falseSchema", "a member is not allowed here")
	case *kind.AnyOf, *kind.OneOf, *kind.Not, *kind.Contains, *kind.PropertyNames:
		add(found, place, "", keyword(said.KeywordPath()), said.LocalizedString(english))
	default:
		if len(broken.Causes) == 0 {
			add(found, place, "", keyword(said.KeywordPath()), said.LocalizedString(english))
		}
		for _, each := range broken.Causes {
			collect(each, found)
		}
	}
}

func keyword(path []string) string {
	if len(path) == 0 {
		return "schema"
	}
	return path[0]
}

func add(found *[]refuse.Violation, place []string, member, rule, words string) {
	if member != "" {
		place = append(append([]string{}, place...), member)
	}
	zh := chinese[rule]
	if zh == "" {
		zh = "不符合结构规范"
	}
	*found = append(*found, refuse.Violation{Rule: rule, Pointer: Pointer(place), Message: map[string]string{"en": words, "zh": zh}})
}

var escape = strings.NewReplacer("~", "~0", "/", "~1")

// Pointer writes a JSON Pointer.
func Pointer(place []string) string {
	var text strings.Builder
	for _, each := range place {
		text.WriteString("/" + escape.Replace(each))
	}
	return text.String()
}
