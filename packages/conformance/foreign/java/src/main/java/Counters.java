import com.google.gson.JsonObject;
import io.pravega.client.ClientConfig;
import io.pravega.client.SynchronizerClientFactory;
import io.pravega.client.state.InitialUpdate;
import io.pravega.client.state.Revision;
import io.pravega.client.state.Revisioned;
import io.pravega.client.state.StateSynchronizer;
import io.pravega.client.state.SynchronizerConfig;
import io.pravega.client.state.Update;
import io.pravega.client.stream.Serializer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Counters that members share. The first state and each step are numbers as text, with nothing but spaces and zeros behind them. */
final class Counters {
    private final ClientConfig config;

    Counters(ClientConfig config) {
        this.config = config;
    }

    private record Count(String stream, Revision revision, long value) implements Revisioned {
        @Override
        public String getScopedStreamName() {
            return stream;
        }

        @Override
        public Revision getRevision() {
            return revision;
        }
    }

    private record First(long value) implements InitialUpdate<Count> {
        @Override
        public Count create(String scopedStreamName, Revision revision) {
            return new Count(scopedStreamName, revision, value);
        }
    }

    private record Step(long value) implements Update<Count> {
        @Override
        public Count applyTo(Count old, Revision revision) {
            return new Count(old.stream(), revision, old.value() + value);
        }
    }

    /** What one command does with its counter. */
    private interface Use {
        Object of(StateSynchronizer<Count> counter);
    }

    void addTo(Map<String, Foreign.Command> commands) {
        commands.put("counterInitialize", request -> with(request, counter -> {
            counter.initialize(new First(request.get("value").getAsLong()));
            return counter.getState().value();
        }));
        commands.put("counterCountUp", request -> with(request, counter -> {
            for (int n = 0; n < request.get("times").getAsInt(); n++) {
                counter.updateState((state, updates) -> {
                    updates.add(new Step(1));
                });
            }
            return counter.getState().value();
        }));
        commands.put("counterFetch", request -> with(request, counter -> counter.getState().value()));
        commands.put("counterCompact", request -> with(request, counter -> {
            counter.compact(state -> new First(state.value()));
            return true;
        }));
    }

    private Object with(JsonObject request, Use use) {
        String name = Foreign.text(request, "stream");
        try (SynchronizerClientFactory factory = SynchronizerClientFactory.withScope(Foreign.scopeOf(name), config);
                StateSynchronizer<Count> counter = factory.createStateSynchronizer(
                    Foreign.nameOf(name), new Numbers<>(Step::value, Step::new), new Numbers<>(First::value, First::new),
                    SynchronizerConfig.builder().build())) {
            counter.fetchUpdates();
            return use.of(counter);
        }
    }

    private record Numbers<T>(java.util.function.ToLongFunction<T> number, java.util.function.LongFunction<T> of)
            implements Serializer<T> {
        @Override
        public ByteBuffer serialize(T value) {
            return ByteBuffer.wrap(String.valueOf(number.applyAsLong(value)).getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public T deserialize(ByteBuffer bytes) {
            return of.apply(Long.parseLong(StandardCharsets.UTF_8.decode(bytes).toString().replace("\0", "").trim()));
        }
    }
}
