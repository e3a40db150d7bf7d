import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.pravega.client.ClientConfig;
import io.pravega.client.EventStreamClientFactory;
import io.pravega.client.stream.EventStreamWriter;
import io.pravega.client.stream.EventWriterConfig;
import io.pravega.client.stream.impl.UTF8StringSerializer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Writes events of text, all acknowledged when the answer comes. Writers go with the process: one that is closed while its segments are
 * sealed may never come back from it.
 */
final class Writers {
    private final ClientConfig config;
    private final Map<String, EventStreamClientFactory> factories = new ConcurrentHashMap<>();
    private final Map<String, EventStreamWriter<String>> kept = new ConcurrentHashMap<>();

    Writers(ClientConfig config) {
        this.config = config;
    }

    void addTo(Map<String, Foreign.Command> commands) {
        commands.put("write", this::write);
        commands.put("writeKeyed", this::writeKeyed);
        commands.put("writeTimed", this::writeTimed);
    }

    /** `event`, then notes `time`. The writer, `writer`, stays: one that goes is waited for no longer. */
    private Object writeTimed(JsonObject request) throws Exception {
        String stream = Foreign.text(request, "stream");
        EventStreamWriter<String> writer = kept.computeIfAbsent(Foreign.text(request, "writer"), id ->
            factory(stream).createEventWriter(
                id, Foreign.nameOf(stream), new UTF8StringSerializer(), EventWriterConfig.builder().build()));
        writer.writeEvent(Foreign.text(request, "event")).get();
        writer.noteTime(request.get("time").getAsLong());
        return true;
    }

    /**
     * `events`: a list of `{key?, event}`. `repeat`: writes each event's text so many times over, as one event. `writer`: by the writer of
     * that name, which stays open.
     */
    private Object write(JsonObject request) throws Exception {
        String stream = Foreign.text(request, "stream");
        String name = Foreign.textOrNull(request, "writer");
        return write(request, name == null ? writer(stream) : kept.computeIfAbsent(name, id -> writer(stream)));
    }

    private static int write(JsonObject request, EventStreamWriter<String> writer) throws Exception {
        List<CompletableFuture<Void>> acknowledged = new ArrayList<>();
        for (JsonElement element : request.getAsJsonArray("events")) {
            JsonObject item = element.getAsJsonObject();
            JsonElement repeat = item.get("repeat");
            String event = Foreign.text(item, "event").repeat(repeat == null ? 1 : repeat.getAsInt());
            String key = Foreign.textOrNull(item, "key");
            acknowledged.add(key == null ? writer.writeEvent(event) : writer.writeEvent(key, event));
        }
        for (CompletableFuture<Void> one : acknowledged) {
            one.get();
        }
        return acknowledged.size();
    }

    /** `count` events over `keys` keys, `<prefix>0`, `<prefix>1`, ... in turns. Each event is `<key>:<n>`; n counts from 0 within its key. */
    private Object writeKeyed(JsonObject request) throws Exception {
        String stream = Foreign.text(request, "stream");
        String prefix = Foreign.text(request, "prefix");
        int count = request.get("count").getAsInt();
        int keys = request.get("keys").getAsInt();
        List<CompletableFuture<Void>> acknowledged = new ArrayList<>();
        EventStreamWriter<String> writer = writer(stream);
        for (int n = 0; n < count; n++) {
            String key = prefix + (n % keys);
            acknowledged.add(writer.writeEvent(key, key + ":" + (n / keys)));
        }
        for (CompletableFuture<Void> one : acknowledged) {
            one.get();
        }
        return count;
    }

    private EventStreamClientFactory factory(String stream) {
        return factories.computeIfAbsent(Foreign.scopeOf(stream), scope -> EventStreamClientFactory.withScope(scope, config));
    }

    private EventStreamWriter<String> writer(String stream) {
        EventWriterConfig of = EventWriterConfig.builder().enableLargeEvents(true).build();
        return factory(stream).createEventWriter(Foreign.nameOf(stream), new UTF8StringSerializer(), of);
    }
}
