package main

import (
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
)

// keep runs the node as a child and writes its own process id to FOLDER/pid. SIGHUP kills the child, as a machine that
// loses its power would, and starts it anew; SIGTERM and SIGINT end both.
func keep(folder, root string) error {
	own, err := os.Executable()
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, "pid"), []byte(strconv.Itoa(os.Getpid())), 0o600); err != nil {
		return err
	}
	told := make(chan os.Signal, 4)
	signal.Notify(told, syscall.SIGHUP, syscall.SIGTERM, syscall.SIGINT)
	for {
		child := exec.Command(own, "-standard", root, "serve", folder)
		child.Stdout, child.Stderr = os.Stdout, os.Stderr
		if err := child.Start(); err != nil {
			return err
		}
		ended := make(chan error, 1)
		go func() { ended <- child.Wait() }()
		select {
		case err := <-ended:
			return err
		case sign := <-told:
			if sign == syscall.SIGHUP {
				_ = child.Process.Kill()
				<-ended
				continue
			}
			_ = child.Process.Signal(syscall.SIGTERM)
			return <-ended
		}
	}
}
