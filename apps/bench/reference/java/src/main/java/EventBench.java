import com.sun.management.OperatingSystemMXBean;
import io.pravega.client.ClientConfig;
import io.pravega.client.EventStreamClientFactory;
import io.pravega.client.admin.ReaderGroupManager;
import io.pravega.client.stream.EventStreamReader;
import io.pravega.client.stream.EventStreamWriter;
import io.pravega.client.stream.EventWriterConfig;
import io.pravega.client.stream.ReaderConfig;
import io.pravega.client.stream.ReaderGroupConfig;
import io.pravega.client.stream.Stream;
import io.pravega.client.stream.Transaction;
import io.pravega.client.stream.TransactionalEventStreamWriter;
import io.pravega.client.stream.impl.ByteArraySerializer;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.util.Arrays;
import java.util.Collections;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The event modes of the benchmark with Pravega's own client. Reads one task a line, answers one JSON line a task:
 *
 * <pre>
 * write scope/stream events event-size keys
 * read scope/stream events group
 * latency scope/stream events event-size
 * txn scope/stream transactions events-of-each event-size in-flight
 * </pre>
 */
public final class EventBench {
    private static final long[] NO_TIMES = {};
    private static final int READ_TIMEOUT_MS = 1000;
    private static final double FIRST_PAUSE_MS = 3;
    private static final double LONGEST_PAUSE_MS = 500;
    private static final double PAUSE_GROWTH = 1.25;

    public static void main(String[] args) throws Exception {
        ClientConfig config = ClientConfig.builder().controllerURI(URI.create(args[0])).build();
        BufferedReader tasks = new BufferedReader(new InputStreamReader(System.in));
        for (String line = tasks.readLine(); line != null; line = tasks.readLine()) {
            String[] words = line.split(" ");
            Stream stream = Stream.of(words[1]);
            int events = Integer.parseInt(words[2]);
            Watch watch = new Watch();
            long[] times = NO_TIMES;
            switch (words[0]) {
                case "write" -> write(watch, config, stream, events, Integer.parseInt(words[3]), Integer.parseInt(words[4]));
                case "read" -> read(watch, config, stream, events, words[3]);
                case "latency" -> times = latency(watch, config, stream, events, Integer.parseInt(words[3]));
                case "txn" -> times = transactions(
                    watch, config, stream, events, Integer.parseInt(words[3]), Integer.parseInt(words[4]), Integer.parseInt(words[5]));
                default -> throw new IllegalArgumentException("unknown task " + words[0]);
            }
            Arrays.sort(times);
            System.out.printf(
                Locale.ROOT,
                "{\"wall_s\":%.6f,\"cpu_s\":%.6f,\"p50_ms\":%.4f,\"p99_ms\":%.4f}%n",
                watch.wallSeconds, watch.cpuSeconds, percentile(times, 50), percentile(times, 99));
        }
        System.exit(0);
    }

    private static void write(Watch watch, ClientConfig config, Stream stream, int events, int size, int keys) {
        byte[] payload = new byte[size];
        String[] names = new String[keys];
        for (int n = 0; n < keys; n++) {
            names[n] = "key-" + n;
        }
        try (EventStreamClientFactory factory = EventStreamClientFactory.withScope(stream.getScope(), config);
                EventStreamWriter<byte[]> writer = writer(factory, stream)) {
            watch.start();
            for (int n = 0; n < events; n++) {
                if (keys == 0) {
                    writer.writeEvent(payload);
                } else {
                    writer.writeEvent(names[n % keys], payload);
                }
            }
            writer.flush();
            watch.stop();
        }
    }

    private static void read(Watch watch, ClientConfig config, Stream stream, int events, String group) {
        ReaderGroupConfig of = ReaderGroupConfig.builder().stream(stream).build();
        try (ReaderGroupManager groups = ReaderGroupManager.withScope(stream.getScope(), config)) {
            groups.createReaderGroup(group, of);
            try (EventStreamClientFactory factory = EventStreamClientFactory.withScope(stream.getScope(), config);
                    EventStreamReader<byte[]> reader =
                        factory.createReader("reader", group, new ByteArraySerializer(), ReaderConfig.builder().build())) {
                watch.start();
                for (int n = 0; n < events; ) {
                    if (reader.readNextEvent(READ_TIMEOUT_MS).getEvent() != null) {
                        n++;
                    }
                }
                watch.stop();
            }
            groups.deleteReaderGroup(group);
        }
    }

    private static long[] latency(Watch watch, ClientConfig config, Stream stream, int events, int size) {
        byte[] payload = new byte[size];
        long[] times = new long[events];
        try (EventStreamClientFactory factory = EventStreamClientFactory.withScope(stream.getScope(), config);
                EventStreamWriter<byte[]> writer = writer(factory, stream)) {
            watch.start();
            for (int n = 0; n < events; n++) {
                long start = System.nanoTime();
                writer.writeEvent(payload).join();
                times[n] = System.nanoTime() - start;
            }
            watch.stop();
        }
        return times;
    }

    private static long[] transactions(
            Watch watch, ClientConfig config, Stream stream, int count, int eventsEach, int size, int inFlight) throws Exception {
        byte[] payload = new byte[size];
        long[] times = new long[count];
        AtomicInteger begun = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(inFlight);
        try (EventStreamClientFactory factory = EventStreamClientFactory.withScope(stream.getScope(), config);
                TransactionalEventStreamWriter<byte[]> writer = factory.createTransactionalEventWriter(
                    stream.getStreamName(), new ByteArraySerializer(), EventWriterConfig.builder().build())) {
            Callable<Void> work = () -> {
                for (int n = begun.getAndIncrement(); n < count; n = begun.getAndIncrement()) {
                    long start = System.nanoTime();
                    Transaction<byte[]> transaction = writer.beginTxn();
                    for (int event = 0; event < eventsEach; event++) {
                        transaction.writeEvent(payload);
                    }
                    transaction.commit();
                    awaitCommitted(transaction);
                    times[n] = System.nanoTime() - start;
                }
                return null;
            };
            watch.start();
            for (Future<Void> done : threads.invokeAll(Collections.nCopies(inFlight, work))) {
                done.get();
            }
            watch.stop();
        } finally {
            threads.shutdown();
        }
        return times;
    }

    /** Asks at once, then after pauses like those of the other clients. */
    private static void awaitCommitted(Transaction<byte[]> transaction) throws InterruptedException {
        for (double pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * PAUSE_GROWTH, LONGEST_PAUSE_MS)) {
            Transaction.Status status = transaction.checkStatus();
            if (status == Transaction.Status.COMMITTED) {
                return;
            }
            if (status != Transaction.Status.COMMITTING) {
                throw new IllegalStateException("the transaction is " + status);
            }
            long nanos = (long) (pauseMs * 1e6);
            Thread.sleep(nanos / 1_000_000, (int) (nanos % 1_000_000));
        }
    }

    private static EventStreamWriter<byte[]> writer(EventStreamClientFactory factory, Stream stream) {
        return factory.createEventWriter(stream.getStreamName(), new ByteArraySerializer(), EventWriterConfig.builder().build());
    }

    private static double percentile(long[] sorted, int percent) {
        return sorted.length == 0 ? 0 : sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)] / 1e6;
    }

    /** Measures what lies between opening the writer or reader and closing it. */
    private static final class Watch {
        private final OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        private double wallSeconds;
        private double cpuSeconds;

        void start() {
            cpuSeconds = -system.getProcessCpuTime() / 1e9;
            wallSeconds = -System.nanoTime() / 1e9;
        }

        void stop() {
            wallSeconds += System.nanoTime() / 1e9;
            cpuSeconds += system.getProcessCpuTime() / 1e9;
        }
    }
}
