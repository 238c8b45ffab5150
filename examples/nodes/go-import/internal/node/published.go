package node

import (
	"maps"
	"regexp"
	"slices"
	"time"

	"threeflow.example/goimport/internal/refuse"
)

var (
	ruleForm = regexp.MustCompile(`^[A-Z]{3}-[0-9]{2}[A-Z]?$`)
	listForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,63}$`)
)

func unknown(what string) error { return refuse.As("not-found", "TF-REST-1", "no such %s", what) }

// getRules tells by which rules the node judges (TF-REST-11).
func (n *Node) getRules(r *request) (*answer, error) {
	asked, err := query(r)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"type", "profile"} {
		if value := asked.Get(name); asked.Has(name) && (value == "" || len(value) > 64) {
			return nil, bad("%s has 1 to 64 characters", name)
		}
	}
	found, known := n.published.Binding(asked.Get("type"), asked.Get("profile"))
	if !known {
		return nil, unknown("profile")
	}
	packs := []map[string]any{}
	for _, pack := range n.published.Packs {
		if slices.ContainsFunc(found, func(one map[string]any) bool { return one["pack"] == pack["pack"] }) {
			packs = append(packs, pack)
		}
	}
	return ok(plain, dump(map[string]any{"standardDigest": n.published.Digest, "packs": packs, "rules": found}))
}

func (n *Node) getRule(r *request) (*answer, error) {
	if !ruleForm.MatchString(r.path[0]) {
		return nil, bad("a rule's id is three letters, two digits and perhaps a letter")
	}
	found := n.published.Rule(r.path[0])
	if found == nil {
		return nil, unknown("rule")
	}
	return ok(plain, dump(found))
}

func (n *Node) getCodeLists(*request) (*answer, error) {
	found := []map[string]any{}
	for _, id := range slices.Sorted(maps.Keys(n.published.Lists)) {
		found = append(found, n.published.Lists[id].Summary)
	}
	return ok(plain, dump(map[string]any{"codelists": found}))
}

func (n *Node) getCodeList(r *request) (*answer, error) {
	asked, err := query(r)
	if err != nil {
		return nil, err
	}
	limit, err := number(asked, "limit", 10000, 1, 10000)
	if err != nil {
		return nil, err
	}
	if _, err := time.Parse(time.DateOnly, asked.Get("on")); asked.Has("on") && err != nil {
		return nil, bad("on is no day")
	}
	if !listForm.MatchString(r.path[0]) || len(asked.Get("after")) > 64 {
		return nil, bad("a list is named by its id, and a code has at most 64 characters")
	}
	list := n.published.Lists[r.path[0]]
	if list == nil {
		return nil, unknown("code list")
	}
	codes, next := list.Page(asked.Get("on"), asked.Get("after"), int(limit))
	said := map[string]any{"list": list.Summary, "codes": codes}
	if next != "" {
		said["next"] = next
	}
	return ok(plain, dump(said))
}
