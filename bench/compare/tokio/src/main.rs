//! What the scenarios of bench/compare cost with Tokio's current-thread runtime: see scenarios.tsv. Errors are values
//! in Rust, so the exception is one that five functions return.

mod measure;

use measure::{is_quick, report, Measurement};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::{mpsc, Mutex, Notify};
use tokio::task::{spawn, yield_now, JoinSet};
use tokio::time::{sleep, Instant};

const PER_BATCH: usize = 10_000;
const GATHERED: usize = 1_000;

async fn one() -> usize {
    let value = 1;
    unsafe { std::ptr::read_volatile(&value) } // the optimizer must not know it
}

async fn yield_() {
    let mut batches = Measurement::new("yield");
    while batches.wants_more() {
        batches.start();
        for _ in 0..PER_BATCH {
            yield_now().await;
        }
        batches.stop(PER_BATCH);
    }
}

async fn yield_100() {
    let mut batches = Measurement::new("yield_100");
    while batches.wants_more() {
        batches.start();
        let children: Vec<_> = (0..100)
            .map(|_| {
                spawn(async {
                    for _ in 0..GATHERED {
                        yield_now().await;
                    }
                })
            })
            .collect();
        for each in children {
            each.await.unwrap();
        }
        batches.stop(100 * GATHERED);
    }
}

async fn spawn_one() {
    let mut batches = Measurement::new("spawn");
    while batches.wants_more() {
        let mut sum = 0;
        batches.start();
        for _ in 0..PER_BATCH {
            sum += spawn(one()).await.unwrap();
        }
        batches.stop(PER_BATCH);
        assert_eq!(sum, PER_BATCH);
    }
}

async fn group_of_one() {
    let mut batches = Measurement::new("group_of_one");
    while batches.wants_more() {
        let mut sum = 0;
        batches.start();
        for _ in 0..PER_BATCH {
            let mut group = JoinSet::new();
            group.spawn(one());
            while let Some(value) = group.join_next().await {
                sum += value.unwrap();
            }
        }
        batches.stop(PER_BATCH);
        assert_eq!(sum, PER_BATCH);
    }
}

async fn gather() {
    let mut batches = Measurement::new("gather");
    while batches.wants_more() {
        let mut sum = 0;
        batches.start();
        let children: Vec<_> = (0..GATHERED).map(|_| spawn(one())).collect();
        for each in children {
            sum += each.await.unwrap();
        }
        batches.stop(GATHERED);
        assert_eq!(sum, GATHERED);
    }
}

async fn queue_hop() {
    let (there, mut questions) = mpsc::channel::<usize>(1);
    let (answers, mut back) = mpsc::channel::<usize>(1);
    let other = spawn(async move {
        while let Some(item) = questions.recv().await {
            answers.send(item).await.unwrap();
        }
    });
    let mut batches = Measurement::new("queue_hop");
    while batches.wants_more() {
        let mut sum = 0;
        batches.start();
        for _ in 0..PER_BATCH / 2 {
            there.send(2).await.unwrap();
            sum += back.recv().await.unwrap();
        }
        batches.stop(PER_BATCH);
        assert_eq!(sum, PER_BATCH);
    }
    drop(there);
    other.await.unwrap();
}

/// Boxed: a future that is awaited in place is a part of its parent, and costs nothing but what it does.
fn boxed_one() -> Pin<Box<dyn Future<Output = usize> + Send>> {
    Box::pin(one())
}

async fn await_ready() {
    let mut batches = Measurement::new("await_ready");
    while batches.wants_more() {
        let mut sum = 0;
        batches.start();
        for _ in 0..PER_BATCH {
            sum += boxed_one().await;
        }
        batches.stop(PER_BATCH);
        assert_eq!(sum, PER_BATCH);
    }
}

async fn mutex() {
    let free = Mutex::new(0);
    let mut batches = Measurement::new("mutex");
    while batches.wants_more() {
        batches.start();
        for _ in 0..PER_BATCH {
            *free.lock().await += 1;
        }
        batches.stop(PER_BATCH);
    }
    assert!(*free.lock().await >= PER_BATCH);
}

async fn sleepers() {
    let (count, first, unit) = if is_quick() { (1_000, 0, 1) } else { (1_000_000, 2_000_000_000, 1_000) };
    let mut children = Vec::with_capacity(count);
    for i in 0..count {
        let delay = Duration::from_nanos(first + (i as u64 * 7919 % 1_000_000) * unit);
        children.push(spawn(async move { sleep(delay).await }));
    }
    for each in children {
        each.await.unwrap();
    }
    report("sleepers_cpu", measure::cpu_seconds(), "s");
    report("sleepers_memory", measure::peak_mebibytes(), "MiB");
}

async fn wait_in_one(never: Arc<Notify>) {
    never.notified().await
}
async fn wait_in_two(never: Arc<Notify>) {
    wait_in_one(never).await
}
async fn wait_in_three(never: Arc<Notify>) {
    wait_in_two(never).await
}

async fn cancel() {
    let never = Arc::new(Notify::new());
    let mut batches = Measurement::new("cancel");
    while batches.wants_more() {
        let mut group = JoinSet::new();
        for _ in 0..GATHERED {
            group.spawn(wait_in_three(never.clone()));
        }
        yield_now().await;
        let mut stopped = 0;
        batches.start();
        group.abort_all();
        while let Some(ended) = group.join_next().await {
            stopped += ended.unwrap_err().is_cancelled() as usize;
        }
        batches.stop(GATHERED);
        assert_eq!(stopped, GATHERED);
    }
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn fail_below(frames: usize) -> Pin<Box<dyn Future<Output = Result<usize, Failure>> + Send>> {
    Box::pin(async move {
        if frames == 1 {
            return Err("failed".into());
        }
        Ok(fail_below(frames - 1).await? + 1)
    })
}

async fn exception() {
    let mut batches = Measurement::new("exception");
    while batches.wants_more() {
        let mut caught = 0;
        batches.start();
        for _ in 0..PER_BATCH {
            caught += fail_below(5).await.is_err() as usize;
        }
        batches.stop(PER_BATCH);
        assert_eq!(caught, PER_BATCH);
    }
}

/// A timer is armed when it is first polled.
struct Arm<'a>(Pin<&'a mut tokio::time::Sleep>);

impl Future for Arm<'_> {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let _ = self.0.as_mut().poll(context);
        Poll::Ready(())
    }
}

async fn timer() {
    let mut others = Vec::new();
    for i in 0..GATHERED as u64 {
        let mut each = Box::pin(sleep(Duration::from_secs(3600 + i)));
        Arm(each.as_mut()).await;
        others.push(each);
    }
    let mut batches = Measurement::new("timer");
    while batches.wants_more() {
        batches.start();
        for _ in 0..PER_BATCH {
            let each = tokio::time::sleep_until(Instant::now() + Duration::from_secs(1800));
            tokio::pin!(each);
            Arm(each).await;
        }
        batches.stop(PER_BATCH);
    }
}

async fn idle_task() {
    let count = if is_quick() { 1_000 } else { 200_000 };
    let never = Arc::new(Notify::new());
    let mut children = JoinSet::new();
    let before = measure::resident_bytes();
    for _ in 0..count {
        children.spawn(wait_in_one(never.clone()));
    }
    yield_now().await;
    report("idle_task", (measure::resident_bytes() - before) / count as f64, "bytes");
}

async fn offload() {
    let mut batches = Measurement::new("offload");
    while batches.wants_more() {
        let mut sum = 0;
        batches.start();
        for _ in 0..100 {
            sum += tokio::task::spawn_blocking(|| 1).await.unwrap();
        }
        batches.stop(100);
        assert_eq!(sum, 100);
    }
}

type Scenario = Pin<Box<dyn Future<Output = ()> + Send>>;

fn scenario(name: &str) -> Option<Scenario> {
    Some(match name {
        "yield" => Box::pin(yield_()),
        "yield_100" => Box::pin(yield_100()),
        "spawn" => Box::pin(spawn_one()),
        "group_of_one" => Box::pin(group_of_one()),
        "gather" => Box::pin(gather()),
        "queue_hop" => Box::pin(queue_hop()),
        "await_ready" => Box::pin(await_ready()),
        "mutex" => Box::pin(mutex()),
        "sleepers" => Box::pin(sleepers()),
        "cancel" => Box::pin(cancel()),
        "exception" => Box::pin(exception()),
        "timer" => Box::pin(timer()),
        "idle_task" => Box::pin(idle_task()),
        "offload" => Box::pin(offload()),
        _ => return None,
    })
}

const NAMES: [&str; 14] = [
    "yield", "yield_100", "spawn", "group_of_one", "gather", "queue_hop", "await_ready", "mutex", "sleepers", "cancel",
    "exception", "timer", "idle_task", "offload",
];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let name = arguments.get(1).map(String::as_str).unwrap_or("");
    measure::QUICK.store(
        arguments.get(2).map(String::as_str) == Some("quick"),
        std::sync::atomic::Ordering::Relaxed,
    );
    if name == "--list" {
        println!("{}", NAMES.join("\n"));
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    match scenario(name) {
        // In a task: what block_on runs itself is woken in another way.
        Some(work) => runtime.block_on(async { spawn(work).await.unwrap() }),
        None => {
            eprintln!("usage: tokio_bench SCENARIO [quick] | --list");
            std::process::exit(2);
        }
    }
}
