// The rules of bench/compare/measure.hpp, in Go.
package main

import (
	"fmt"
	"os"
	"runtime"
	"sort"
	"strings"
	"syscall"
	"time"
)

var isQuick = false

func report(scenario string, value float64, unit string) {
	fmt.Printf("%s\t%.6g\t%s\n", scenario, value, unit)
}

func expect(holds bool, what string) {
	if !holds {
		fmt.Fprintln(os.Stderr, "the work was not done:", what)
		os.Exit(1)
	}
}

// measure runs batches until 0.2 s have been measured, and reports the median of all but the first. A batch says by
// the function that it is given when its measured part begins, if that is not at once; it returns what it did.
func measure(scenario string, batch func(start func()) int) {
	each := []float64{}
	total := 0.0
	for warm := false; ; warm = true {
		started := time.Now()
		operations := batch(func() { started = time.Now() })
		took := float64(time.Since(started).Nanoseconds())
		if warm {
			total += took
			each = append(each, took/float64(operations))
		}
		if isQuick && len(each) >= 1 || len(each) >= 5 && total >= 0.2e9 {
			break
		}
	}
	sort.Float64s(each)
	report(scenario, each[len(each)/2], "ns")
}

func used() syscall.Rusage {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return usage
}

func cpuSeconds() float64 {
	usage := used()
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}

func peakMebibytes() float64 { return float64(used().Maxrss) / 1024 }

func residentBytes() float64 {
	text, err := os.ReadFile("/proc/self/statm")
	expect(err == nil, "reading /proc/self/statm")
	var size, resident float64
	fmt.Sscan(string(text), &size, &resident)
	return resident * float64(os.Getpagesize())
}

type scenario struct {
	name string
	run  func()
}

func main() {
	runtime.GOMAXPROCS(1) // one thread, as all others
	isQuick = len(os.Args) > 2 && os.Args[2] == "quick"
	names := []string{}
	for _, each := range scenarios {
		names = append(names, each.name)
		if len(os.Args) > 1 && os.Args[1] == each.name {
			each.run()
			return
		}
	}
	if len(os.Args) > 1 && os.Args[1] == "--list" {
		fmt.Println(strings.Join(names, "\n"))
		return
	}
	fmt.Fprintf(os.Stderr, "usage: %s SCENARIO [quick] | --list\n", os.Args[0])
	os.Exit(2)
}
