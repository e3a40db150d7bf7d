//! The event modes of the benchmark with Pravega's Rust client. Reads one task a line, answers one JSON line a task:
//!
//! ```text
//! write <scope>/<stream> <events> <event size> <keys>
//! read <scope>/<stream> <events> <group>
//! latency <scope>/<stream> <events> <event size>
//! txn <scope>/<stream> <transactions> <events of each> <event size> <in flight>
//! ```
use pravega_client::client_factory::ClientFactory;
use pravega_client::event::transactional_writer::{Transaction, TransactionalEventWriter};
use pravega_client_config::ClientConfigBuilder;
use pravega_client_shared::{ScopedStream, Timestamp, TransactionStatus, WriterId};
use std::io::BufRead;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// User and system time of this process.
fn cpu_time() -> Duration {
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    unsafe { libc::getrusage(libc::RUSAGE_SELF, &mut usage) };
    let of = |time: libc::timeval| Duration::new(time.tv_sec as u64, time.tv_usec as u32 * 1000);
    of(usage.ru_utime) + of(usage.ru_stime)
}

/// What was used between opening the writer or reader and closing it.
struct Used {
    wall: Duration,
    cpu: Duration,
}

struct Watch {
    start: Instant,
    cpu: Duration,
}

impl Watch {
    fn start() -> Watch {
        Watch {
            cpu: cpu_time(),
            start: Instant::now(),
        }
    }

    fn stop(self) -> Used {
        Used {
            wall: self.start.elapsed(),
            cpu: cpu_time() - self.cpu,
        }
    }
}

async fn write(
    factory: &ClientFactory,
    stream: &str,
    events: usize,
    size: usize,
    keys: usize,
) -> Used {
    let mut writer = factory.create_event_writer(ScopedStream::from(stream));
    let payload = vec![0u8; size];
    let names: Vec<String> = (0..keys).map(|n| format!("key-{}", n)).collect();
    let watch = Watch::start();
    for n in 0..events {
        let event = payload.clone();
        let _acknowledged = if keys == 0 {
            writer.write_event(event).await
        } else {
            writer
                .write_event_by_routing_key(names[n % keys].clone(), event)
                .await
        };
    }
    writer.flush().await.expect("all events are acknowledged");
    watch.stop()
}

async fn read(factory: &ClientFactory, stream: &str, events: usize, group: &str) -> Used {
    let readers = factory
        .create_reader_group(group.to_string(), ScopedStream::from(stream))
        .await;
    let mut reader = readers.create_reader("reader".to_string()).await;
    let watch = Watch::start();
    let mut count = 0;
    while count < events {
        if let Some(mut slice) = reader
            .acquire_segment()
            .await
            .expect("the reader is online")
        {
            for _event in &mut slice {
                count += 1;
            }
            reader
                .release_segment(slice)
                .await
                .expect("the slice is released");
        }
    }
    let used = watch.stop();
    reader
        .reader_offline()
        .await
        .expect("the reader goes offline");
    let scope = ScopedStream::from(stream).scope;
    factory
        .delete_reader_group(scope, group.to_string())
        .await
        .expect("the group is deleted");
    used
}

async fn latency(
    factory: &ClientFactory,
    stream: &str,
    events: usize,
    size: usize,
) -> (Used, Vec<Duration>) {
    let mut writer = factory.create_event_writer(ScopedStream::from(stream));
    let payload = vec![0u8; size];
    let mut taken = Vec::with_capacity(events);
    let watch = Watch::start();
    for _ in 0..events {
        let start = Instant::now();
        let acknowledged = writer.write_event(payload.clone()).await;
        acknowledged
            .await
            .expect("an answer")
            .expect("an acknowledgement");
        taken.push(start.elapsed());
    }
    (watch.stop(), taken)
}

/// How a commit says that it has no time.
const NO_TIMESTAMP: Timestamp = Timestamp(i64::MIN as u64);
const FIRST_PAUSE: Duration = Duration::from_millis(3);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);
const PAUSE_GROWTH: f64 = 1.25;

/// Asks at once, then after pauses like those of the other clients.
async fn await_committed(transaction: &Transaction) {
    let mut pause = FIRST_PAUSE;
    loop {
        match transaction.check_status().await.expect("a status") {
            TransactionStatus::Committed => return,
            TransactionStatus::Committing => tokio::time::sleep(pause).await,
            status => panic!("the transaction is {:?}", status),
        }
        pause = pause.mul_f64(PAUSE_GROWTH).min(LONGEST_PAUSE);
    }
}

async fn work(
    mut writer: TransactionalEventWriter,
    begun: Arc<AtomicUsize>,
    count: usize,
    events_each: usize,
    size: usize,
) -> Vec<Duration> {
    let payload = vec![0u8; size];
    let mut taken = Vec::new();
    while begun.fetch_add(1, Ordering::SeqCst) < count {
        let start = Instant::now();
        let mut transaction = writer.begin().await.expect("a transaction");
        for _ in 0..events_each {
            transaction
                .write_event(None, payload.clone())
                .await
                .expect("the event is taken");
        }
        transaction
            .commit(NO_TIMESTAMP)
            .await
            .expect("the transaction is committed");
        await_committed(&transaction).await;
        taken.push(start.elapsed());
    }
    taken
}

/// A writer for each transaction in flight, as beginning one takes the whole writer.
async fn transactions(
    factory: &ClientFactory,
    stream: &str,
    count: usize,
    events_each: usize,
    size: usize,
    in_flight: usize,
) -> (Used, Vec<Duration>) {
    let mut writers = Vec::with_capacity(in_flight);
    for n in 0..in_flight {
        let id = WriterId(n as u128 + 1);
        let writer = factory.create_transactional_event_writer(ScopedStream::from(stream), id);
        writers.push(writer.await);
    }
    let begun = Arc::new(AtomicUsize::new(0));
    let watch = Watch::start();
    let tasks: Vec<_> = writers
        .into_iter()
        .map(|writer| tokio::spawn(work(writer, begun.clone(), count, events_each, size)))
        .collect();
    let mut taken = Vec::with_capacity(count);
    for task in tasks {
        taken.extend(task.await.expect("the task goes through"));
    }
    (watch.stop(), taken)
}

fn percentile(sorted: &[Duration], percent: usize) -> f64 {
    let index = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted
        .get(index)
        .map_or(0.0, |time| time.as_secs_f64() * 1000.0)
}

fn main() {
    let controller = std::env::args().nth(1).expect("controller as host:port");
    let config = ClientConfigBuilder::default()
        .controller_uri(controller)
        .build()
        .expect("a configuration");
    let factory = ClientFactory::new(config);
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("a line");
        let words: Vec<&str> = line.split(' ').collect();
        let number = |n: usize| words[n].parse::<usize>().expect("a number");
        let (used, mut times) = factory.runtime().block_on(async {
            match words[0] {
                "write" => (
                    write(&factory, words[1], number(2), number(3), number(4)).await,
                    Vec::new(),
                ),
                "read" => (
                    read(&factory, words[1], number(2), words[3]).await,
                    Vec::new(),
                ),
                "latency" => latency(&factory, words[1], number(2), number(3)).await,
                "txn" => {
                    transactions(
                        &factory,
                        words[1],
                        number(2),
                        number(3),
                        number(4),
                        number(5),
                    )
                    .await
                }
                task => panic!("unknown task {}", task),
            }
        });
        times.sort();
        println!(
            "{{\"wall_s\":{},\"cpu_s\":{},\"p50_ms\":{},\"p99_ms\":{}}}",
            used.wall.as_secs_f64(),
            used.cpu.as_secs_f64(),
            percentile(&times, 50),
            percentile(&times, 99)
        );
    }
}
