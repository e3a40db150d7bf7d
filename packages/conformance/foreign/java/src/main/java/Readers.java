import com.google.gson.JsonObject;
import io.pravega.client.ClientConfig;
import io.pravega.client.EventStreamClientFactory;
import io.pravega.client.admin.StreamManager;
import io.pravega.client.stream.EventPointer;
import io.pravega.client.stream.EventRead;
import io.pravega.client.stream.EventStreamReader;
import io.pravega.client.stream.Position;
import io.pravega.client.stream.ReaderConfig;
import io.pravega.client.stream.Stream;
import io.pravega.client.stream.TimeWindow;
import io.pravega.client.stream.TruncatedDataException;
import io.pravega.client.stream.impl.UTF8StringSerializer;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Readers of groups, each with a thread that reads until it is closed. What it reads is told as `{reader, type, ...}`: `event` with
 * its text, pointer and position, `checkpoint` with its name, `truncated`, and `closed` or `failed` as the last one.
 */
final class Readers {
    private static final int READ_TIMEOUT_MS = 500;

    private final ClientConfig config;
    private final Map<String, Reading> readers = new ConcurrentHashMap<>();

    Readers(ClientConfig config) {
        this.config = config;
    }

    void addTo(Map<String, Foreign.Command> commands) {
        commands.put("openReader", this::open);
        commands.put("pauseReader", request -> reading(request).pause(true));
        commands.put("resumeReader", request -> reading(request).pause(false));
        commands.put("closeReader", request -> {
            String position = Foreign.textOrNull(request, "position");
            return reading(request).close(position == null ? null : Groups.position(position));
        });
        commands.put("timeWindow", request -> reading(request).window(Stream.of(Foreign.text(request, "stream"))));
        commands.put("fetchEvent", request -> {
            byte[] pointer = Base64.getDecoder().decode(Foreign.text(request, "pointer"));
            try (StreamManager streams = StreamManager.create(config)) {
                return streams.fetchEvent(EventPointer.fromBytes(ByteBuffer.wrap(pointer)), new UTF8StringSerializer()).get();
            }
        });
    }

    private Object open(JsonObject request) {
        String group = Foreign.text(request, "group");
        String id = Foreign.text(request, "reader");
        EventStreamClientFactory factory = EventStreamClientFactory.withScope(Foreign.scopeOf(group), config);
        EventStreamReader<String> reader =
            factory.createReader(id, Foreign.nameOf(group), new UTF8StringSerializer(), ReaderConfig.builder().build());
        Reading reading = new Reading(id, factory, reader);
        readers.put(id, reading);
        Thread thread = new Thread(reading, "reader-" + id);
        thread.setDaemon(true);
        thread.start();
        return true;
    }

    private Reading reading(JsonObject request) {
        Reading reading = readers.get(Foreign.text(request, "reader"));
        if (reading == null) {
            throw new IllegalArgumentException("no reader " + Foreign.text(request, "reader") + " was opened here");
        }
        return reading;
    }

    static String base64(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return Base64.getEncoder().encodeToString(copy);
    }

    private static final class Reading implements Runnable {
        private final String id;
        private final EventStreamClientFactory factory;
        private final EventStreamReader<String> reader;
        private final CompletableFuture<Boolean> ended = new CompletableFuture<>();
        private boolean paused;
        private boolean closing;
        private Position closeAt;

        Reading(String id, EventStreamClientFactory factory, EventStreamReader<String> reader) {
            this.id = id;
            this.factory = factory;
            this.reader = reader;
        }

        synchronized boolean pause(boolean on) {
            paused = on;
            notifyAll();
            return true;
        }

        boolean close(Position position) throws Exception {
            synchronized (this) {
                closing = true;
                closeAt = position;
                notifyAll();
            }
            return ended.get();
        }

        /** `[lower, upper]` of where it is in event time; null where nothing is known. */
        List<Long> window(Stream stream) {
            TimeWindow window = reader.getCurrentTimeWindow(stream);
            return Arrays.asList(window.getLowerTimeBound(), window.getUpperTimeBound());
        }

        /** Waits while it is paused. */
        private synchronized boolean goesOn() throws InterruptedException {
            while (paused && !closing) {
                wait();
            }
            return !closing;
        }

        @Override
        public void run() {
            try {
                while (goesOn()) {
                    read();
                }
                if (closeAt == null) {
                    reader.close();
                } else {
                    reader.closeAt(closeAt);
                }
                tell("closed", Map.of());
            } catch (Throwable failure) {
                tell("failed", Map.of("error", failure.getClass().getSimpleName(), "message", String.valueOf(failure.getMessage())));
            } finally {
                factory.close();
                ended.complete(true);
            }
        }

        private void read() {
            EventRead<String> read;
            try {
                read = reader.readNextEvent(READ_TIMEOUT_MS);
            } catch (TruncatedDataException truncated) {
                tell("truncated", Map.of("message", String.valueOf(truncated.getMessage())));
                return;
            }
            if (read.isCheckpoint()) {
                tell("checkpoint", Map.of("checkpoint", read.getCheckpointName()));
            } else if (read.getEvent() != null) {
                tell("event", Map.of(
                    "event", read.getEvent(),
                    "pointer", base64(read.getEventPointer().toBytes()),
                    "pointerText", read.getEventPointer().toString(),
                    "position", base64(read.getPosition().toBytes())));
            } else if (read.isReadCompleted()) {
                tell("completed", Map.of());
            }
        }

        private void tell(String type, Map<String, Object> content) {
            Map<String, Object> message = new LinkedHashMap<>();
            message.put("reader", id);
            message.put("type", type);
            message.putAll(content);
            Foreign.tell(message);
        }
    }
}
