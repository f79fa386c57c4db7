// What the scenarios of bench/compare cost with Go's goroutines on one thread: see scenarios.tsv. A function needs no
// awaiting in Go, so await_ready is a call; errors are values, so the exception is one that five functions return.
package main

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"time"
)

const perBatch = 10_000
const gathered = 1_000

//go:noinline
func one() int { return 1 }

func yield() {
	measure("yield", func(func()) int {
		for i := 0; i < perBatch; i++ {
			runtime.Gosched()
		}
		return perBatch
	})
}

func yield100() {
	measure("yield_100", func(func()) int {
		var group sync.WaitGroup
		group.Add(100)
		for task := 0; task < 100; task++ {
			go func() {
				for i := 0; i < gathered; i++ {
					runtime.Gosched()
				}
				group.Done()
			}()
		}
		group.Wait()
		return 100 * gathered
	})
}

func spawn() {
	measure("spawn", func(func()) int {
		sum := 0
		for i := 0; i < perBatch; i++ {
			result := make(chan int, 1)
			go func() { result <- one() }()
			sum += <-result
		}
		expect(sum == perBatch, "spawn")
		return perBatch
	})
}

func gatherIn(name string, children int, rounds int) {
	measure(name, func(func()) int {
		sum := 0
		for round := 0; round < rounds; round++ {
			values := make([]int, children)
			var group sync.WaitGroup
			group.Add(children)
			for i := range values {
				i := i
				go func() {
					defer group.Done()
					values[i] = one()
				}()
			}
			group.Wait()
			for _, value := range values {
				sum += value
			}
		}
		expect(sum == rounds*children, name)
		return rounds * children
	})
}

func groupOfOne() { gatherIn("group_of_one", 1, perBatch) }
func gather()     { gatherIn("gather", gathered, 1) }

func queueHop() {
	there, back := make(chan int, 1), make(chan int, 1)
	go func() {
		for item := range there {
			back <- item
		}
	}()
	measure("queue_hop", func(func()) int {
		sum := 0
		for i := 0; i < perBatch/2; i++ {
			there <- 2
			sum += <-back
		}
		expect(sum == perBatch, "queue_hop")
		return perBatch
	})
	close(there)
}

func awaitReady() {
	measure("await_ready", func(func()) int {
		sum := 0
		for i := 0; i < perBatch; i++ {
			sum += one()
		}
		expect(sum == perBatch, "await_ready")
		return perBatch
	})
}

func mutex() {
	var free sync.Mutex
	measure("mutex", func(func()) int {
		sum := 0
		for i := 0; i < perBatch; i++ {
			free.Lock()
			sum++
			free.Unlock()
		}
		expect(sum == perBatch, "mutex")
		return perBatch
	})
}

func sleepers() {
	count, first, unit := 1_000_000, 2*time.Second, time.Microsecond
	if isQuick {
		count, first, unit = 1_000, 0, time.Nanosecond
	}
	woken := 0
	var group sync.WaitGroup
	group.Add(count)
	for i := 0; i < count; i++ {
		delay := first + time.Duration(i*7919%1_000_000)*unit
		go func() {
			time.Sleep(delay)
			woken++ // one thread, and no call between reading and writing
			group.Done()
		}()
	}
	group.Wait()
	expect(woken == count, "sleepers")
	report("sleepers_cpu", cpuSeconds(), "s")
	report("sleepers_memory", peakMebibytes(), "MiB")
}

//go:noinline
func waitInOne(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

//go:noinline
func waitInTwo(ctx context.Context) error {
	if err := waitInOne(ctx); err != nil {
		return err
	}
	return nil
}

//go:noinline
func waitInThree(ctx context.Context) error {
	if err := waitInTwo(ctx); err != nil {
		return err
	}
	return nil
}

func cancel() {
	measure("cancel", func(start func()) int {
		ctx, stop := context.WithCancel(context.Background())
		stopped := 0
		var group sync.WaitGroup
		group.Add(gathered)
		for i := 0; i < gathered; i++ {
			go func() {
				defer group.Done()
				if waitInThree(ctx) != nil {
					stopped++
				}
			}()
		}
		runtime.Gosched()
		start()
		stop()
		group.Wait()
		expect(stopped == gathered, "cancel")
		return gathered
	})
}

var errFailed = errors.New("failed")

//go:noinline
func failBelow(frames int) (int, error) {
	if frames == 1 {
		return 0, errFailed
	}
	value, err := failBelow(frames - 1)
	if err != nil {
		return 0, err
	}
	return value + 1, nil
}

func exception() {
	measure("exception", func(func()) int {
		caught := 0
		for i := 0; i < perBatch; i++ {
			if _, err := failBelow(5); err != nil {
				caught++
			}
		}
		expect(caught == perBatch, "exception")
		return perBatch
	})
}

func timer() {
	others := []*time.Timer{}
	for i := 0; i < gathered; i++ {
		others = append(others, time.AfterFunc(time.Hour+time.Duration(i)*time.Second, func() {}))
	}
	measure("timer", func(func()) int {
		for i := 0; i < perBatch; i++ {
			time.AfterFunc(30*time.Minute, func() {}).Stop()
		}
		return perBatch
	})
	for _, each := range others {
		each.Stop()
	}
}

func idleTask() {
	count := 200_000
	if isQuick {
		count = 1_000
	}
	ctx, stop := context.WithCancel(context.Background())
	before := residentBytes()
	var group sync.WaitGroup
	group.Add(count)
	for i := 0; i < count; i++ {
		go func() {
			waitInOne(ctx)
			group.Done()
		}()
	}
	runtime.Gosched()
	report("idle_task", (residentBytes()-before)/float64(count), "bytes")
	stop()
	group.Wait()
}

// Goroutines stand for the pool: two may run at once.
func jobsIn(name string, size, rounds int) {
	runtime.GOMAXPROCS(2)
	results := make([]chan int, size)
	for i := range results {
		results[i] = make(chan int, 1)
	}
	measure(name, func(func()) int {
		sum := 0
		for round := 0; round < rounds; round++ {
			for i := range results {
				go func(result chan<- int) { result <- 1 }(results[i])
			}
			for _, result := range results {
				sum += <-result
			}
		}
		expect(sum == size*rounds, name)
		return size * rounds
	})
}

func poolTrip()  { jobsIn("pool_trip", 1, 1000) }
func poolBatch() { jobsIn("pool_batch", 1000, 1) }

func poolQueued() {
	if isQuick {
		jobsIn("pool_queued", 1000, 1)
	} else {
		jobsIn("pool_queued", 1_000_000, 1)
	}
}

var scenarios = []scenario{
	{"yield", yield}, {"yield_100", yield100}, {"spawn", spawn}, {"group_of_one", groupOfOne}, {"gather", gather}, {"queue_hop", queueHop},
	{"await_ready", awaitReady}, {"mutex", mutex}, {"sleepers", sleepers}, {"cancel", cancel},
	{"exception", exception}, {"timer", timer}, {"idle_task", idleTask},
	{"pool_trip", poolTrip}, {"pool_batch", poolBatch}, {"pool_queued", poolQueued},
}
