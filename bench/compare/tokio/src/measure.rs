//! The rules of bench/compare/measure.hpp, in Rust.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

pub static QUICK: AtomicBool = AtomicBool::new(false);

pub fn is_quick() -> bool {
    QUICK.load(Ordering::Relaxed)
}

pub fn report(scenario: &str, value: f64, unit: &str) {
    println!("{}\t{:.5}\t{}", scenario, value, unit);
}

/// Batches until 0.2 s have been measured; the first warms up; the figure is the median of the others.
pub struct Measurement {
    scenario: &'static str,
    each: Vec<f64>,
    total: f64,
    warm: bool,
    started: Instant,
}

impl Measurement {
    pub fn new(scenario: &'static str) -> Self {
        Measurement { scenario, each: Vec::new(), total: 0.0, warm: false, started: Instant::now() }
    }

    pub fn wants_more(&mut self) -> bool {
        let least = if is_quick() { 1 } else { 5 };
        let more = self.each.len() < least || (!is_quick() && self.total < 0.2e9);
        if !more {
            self.each.sort_by(|left, right| left.partial_cmp(right).unwrap());
            report(self.scenario, self.each[self.each.len() / 2], "ns");
        }
        more
    }

    pub fn start(&mut self) {
        self.started = Instant::now();
    }

    pub fn stop(&mut self, operations: usize) {
        let took = self.started.elapsed().as_nanos() as f64;
        if self.warm {
            self.total += took;
            self.each.push(took / operations as f64);
        }
        self.warm = true;
    }
}

fn field_of_status(name: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

pub fn peak_mebibytes() -> f64 {
    field_of_status("VmHWM:") / 1024.0
}

pub fn resident_bytes() -> f64 {
    field_of_status("VmRSS:") * 1024.0
}

/// From the scheduler's own count of nanoseconds: the standard library has no getrusage.
pub fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap();
    text.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1e9
}
