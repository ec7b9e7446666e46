// A peer that speaks tcp-conn, written from its wire alone with nothing but
// the standard library, so that it builds offline. It shares no code with the
// TypeScript side, nor with the Go package that the protocol comes from.
//
//	peer listen ID...
//	    Listens on loopback, prints its port, and sends back what comes for
//	    the ids; what comes for others is dropped.
//	peer dial ADDRESS COUNT SIZE ID...
//	    Sends COUNT messages of SIZE bytes under each id at once, all over one
//	    socket, and checks that each comes back whole and in order. Prints
//	    "ok", or what was wrong.
package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"sync"
)

const (
	idLen      = 36
	maxChunk   = 64 << 10
	maxMessage = 16 << 20
)

// socket is one TCP connection with many ids on it.
type socket struct {
	conn    net.Conn
	writing sync.Mutex
}

// send writes one message chunk by chunk, so that ids take turns.
func (s *socket) send(id string, message []byte) error {
	rest := message
	for first := true; first || len(rest) > 0; first = false {
		n := len(rest)
		if n > maxChunk {
			n = maxChunk
		}
		var frame bytes.Buffer
		frame.WriteByte(idLen)
		frame.WriteString(id)
		lengths := [2]uint32{uint32(len(message)), uint32(n)}
		if err := binary.Write(&frame, binary.BigEndian, lengths); err != nil {
			return err
		}
		frame.Write(rest[:n])
		s.writing.Lock()
		_, err := s.conn.Write(frame.Bytes())
		s.writing.Unlock()
		if err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}

// receive hands whole messages to take until the socket ends.
func (s *socket) receive(take func(id string, message []byte)) error {
	in := bufio.NewReader(s.conn)
	partial := make(map[string][]byte)
	for {
		head := make([]byte, 1+idLen+8)
		if _, err := io.ReadFull(in, head); err != nil {
			return err
		}
		if head[0] != idLen {
			return fmt.Errorf("an id of %d bytes", head[0])
		}
		id := string(head[1 : 1+idLen])
		total := binary.BigEndian.Uint32(head[1+idLen:])
		length := binary.BigEndian.Uint32(head[1+idLen+4:])
		if total > maxMessage || length > maxChunk || length > total {
			return fmt.Errorf("a chunk of %d in a message of %d", length, total)
		}
		chunk := make([]byte, length)
		if _, err := io.ReadFull(in, chunk); err != nil {
			return err
		}
		message := append(partial[id], chunk...)
		if uint32(len(message)) < total {
			partial[id] = message
			continue
		}
		delete(partial, id)
		if uint32(len(message)) > total {
			return fmt.Errorf("%d bytes in a message of %d", len(message), total)
		}
		take(id, message)
	}
}

func listen(ids []string) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	for {
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		go echo(conn, ids)
	}
}

// echo sends messages back, each id at its own pace.
func echo(conn net.Conn, ids []string) {
	defer conn.Close()
	s := &socket{conn: conn}
	queues := make(map[string]chan []byte)
	for _, id := range ids {
		id, queue := id, make(chan []byte, 1024)
		queues[id] = queue
		defer close(queue)
		go func() {
			for message := range queue {
				if s.send(id, message) != nil {
					return
				}
			}
		}()
	}
	err := s.receive(func(id string, message []byte) {
		if queue, ok := queues[id]; ok {
			queue <- message
		}
	})
	if !errors.Is(err, io.EOF) {
		fmt.Fprintln(os.Stderr, "peer:", err)
	}
}

func dial(address string, count, size int, ids []string) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	s := &socket{conn: conn}
	queues := make(map[string]chan []byte)
	for _, id := range ids {
		queues[id] = make(chan []byte, count)
	}
	ended := make(chan error, 1)
	go func() {
		ended <- s.receive(func(id string, message []byte) {
			if queue, ok := queues[id]; ok {
				queue <- message
			}
		})
	}()
	results := make(chan error, 2*len(ids))
	for n, id := range ids {
		n, id := n, id
		go func() {
			for i := 0; i < count; i++ {
				if err := s.send(id, pattern(size, n, i)); err != nil {
					results <- err
					return
				}
			}
			results <- nil
		}()
		go func() {
			for i := 0; i < count; i++ {
				if !bytes.Equal(<-queues[id], pattern(size, n, i)) {
					results <- fmt.Errorf("message %d of %s differs", i, id)
					return
				}
			}
			results <- nil
		}()
	}
	for i := 0; i < 2*len(ids); i++ {
		select {
		case err := <-results:
			if err != nil {
				return err
			}
		case err := <-ended:
			return err
		}
	}
	return nil
}

// pattern is a message that differs from id to id and from turn to turn.
func pattern(size, id, turn int) []byte {
	message := make([]byte, size)
	for i := range message {
		message[i] = byte(i*31 + i>>8 + id*101 + turn*7)
	}
	return message
}

func run(args []string) error {
	if len(args) >= 1 && args[0] == "listen" {
		return listen(args[1:])
	}
	if len(args) >= 4 && args[0] == "dial" {
		count, err := strconv.Atoi(args[2])
		if err != nil {
			return err
		}
		size, err := strconv.Atoi(args[3])
		if err != nil {
			return err
		}
		if err := dial(args[1], count, size, args[4:]); err != nil {
			return err
		}
		fmt.Println("ok")
		return nil
	}
	return errors.New("say `listen ID...` or `dial ADDRESS COUNT SIZE ID...`")
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}
