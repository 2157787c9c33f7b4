package fetch

import (
	"cmp"
	"fmt"
	"net"
	"sync"
	"time"
)

// patience ends a connection on which nothing has come for too long while something was awaited.
type patience struct {
	most time.Duration
	end  func()

	mutex   sync.Mutex
	awaited int
	timer   *time.Timer
	late    bool
}

// usualPatience is how long a source may be silent.
const usualPatience = time.Minute

func newPatience(most time.Duration, end func()) *patience {
	p := &patience{most: cmp.Or(most, usualPatience), end: end}
	p.timer = time.AfterFunc(time.Hour, p.giveUp)
	p.timer.Stop()
	return p
}

func (p *patience) giveUp() {
	p.mutex.Lock()
	p.late = p.awaited > 0
	p.mutex.Unlock()
	if p.late {
		p.end()
	}
}

// await begins to wait, until done is called.
func (p *patience) await() (done func()) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.awaited++
	p.timer.Reset(p.most)
	return func() {
		p.mutex.Lock()
		defer p.mutex.Unlock()
		if p.awaited--; p.awaited == 0 {
			p.timer.Stop()
		}
	}
}

// came says that something has come.
func (p *patience) came() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.awaited > 0 {
		p.timer.Reset(p.most)
	}
}

// lost is the error of a silent source; nil: it was not given up.
func (p *patience) lost() error {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if !p.late {
		return nil
	}
	return lostError(fmt.Sprintf("it stopped answering: nothing came for %s", p.most))
}

// lostError says that a connection ended while it was used. What goes wrong afterwards follows from it.
type lostError string

func (e lostError) Error() string { return string(e) }

// patientConn is a connection that tells when something comes.
type patientConn struct {
	net.Conn
	*patience
}

func (c patientConn) Read(data []byte) (int, error) {
	n, err := c.Conn.Read(data)
	if n > 0 {
		c.came()
	}
	return n, err
}
