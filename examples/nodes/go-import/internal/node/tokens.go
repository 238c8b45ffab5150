package node

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"threeflow.example/goimport/internal/seal"
)

// tokens remembers which tokens were used until they can no longer be valid (TF-TOKEN-12). The file outlives the
// process, so that a token works once also across a restart; it is not flushed, so that a power cut may lose its end.
type tokens struct {
	lock sync.Mutex
	used map[string]use
	file *os.File
}

type use struct {
	digest string
	until  time.Time
}

func openTokens(path string, now time.Time) (*tokens, error) {
	made := &tokens{used: map[string]use{}}
	if text, err := os.Open(path); err == nil {
		for lines := bufio.NewScanner(text); lines.Scan(); {
			fields := strings.Split(lines.Text(), "\t")
			if len(fields) != 3 {
				continue // the end of a line that was being written
			}
			until, err := time.Parse(time.RFC3339Nano, fields[0])
			if err == nil && until.After(now) {
				made.used[fields[1]] = use{fields[2], until}
			}
		}
		_ = text.Close()
	}
	file, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	made.file = file
	for name, each := range made.used {
		if err := made.write(name, each); err != nil {
			return nil, err
		}
	}
	return made, nil
}

func (t *tokens) write(name string, of use) error {
	_, err := fmt.Fprintf(t.file, "%s\t%s\t%s\n", of.until.Format(time.RFC3339Nano), name, of.digest)
	return err
}

// spend notes a token's use and says whether it was new; again is whether it was used for the same octets before.
func (t *tokens) spend(caller *seal.Caller, now time.Time) (fresh, again bool, err error) {
	t.lock.Lock()
	defer t.lock.Unlock()
	name := fmt.Sprintf("%s %q", caller.Node, caller.JTI)
	if before, there := t.used[name]; there && before.until.After(now) {
		return false, caller.Digest != "" && before.digest == caller.Digest, nil
	}
	if len(t.used)%1024 == 1023 {
		for other, each := range t.used {
			if each.until.Before(now) {
				delete(t.used, other)
			}
		}
	}
	t.used[name] = use{caller.Digest, caller.Until}
	return true, false, t.write(name, t.used[name])
}
