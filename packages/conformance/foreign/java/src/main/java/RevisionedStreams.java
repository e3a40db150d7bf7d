import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.pravega.client.ClientConfig;
import io.pravega.client.SynchronizerClientFactory;
import io.pravega.client.state.Revision;
import io.pravega.client.state.RevisionedStreamClient;
import io.pravega.client.state.SynchronizerConfig;
import io.pravega.client.stream.impl.UTF8StringSerializer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Revisioned streams of text. Revisions travel as their text. */
final class RevisionedStreams {
    private final ClientConfig config;

    RevisionedStreams(ClientConfig config) {
        this.config = config;
    }

    /** What one command does with its stream. */
    private interface Use {
        Object of(RevisionedStreamClient<String> stream) throws Exception;
    }

    void addTo(Map<String, Foreign.Command> commands) {
        commands.put("revisionedRead", request -> with(request, stream -> {
            List<Object> records = new ArrayList<>();
            stream.readFrom(stream.fetchOldestRevision())
                .forEachRemaining(entry -> records.add(Map.of("revision", entry.getKey().toString(), "value", entry.getValue())));
            return records;
        }));
        commands.put("revisionedAppend", request -> with(request, stream -> {
            for (JsonElement value : request.getAsJsonArray("values")) {
                stream.writeUnconditionally(value.getAsString());
            }
            return text(stream.fetchLatestRevision());
        }));
        commands.put("revisionedConditional", request -> with(request, stream ->
            text(stream.writeConditionally(revision(request, "latest"), Foreign.text(request, "value")))));
        commands.put("revisionedMark", request -> with(request, stream -> text(stream.getMark())));
        commands.put("revisionedSetMark", request -> with(request, stream ->
            stream.compareAndSetMark(revision(request, "expected"), revision(request, "next"))));
    }

    private Object with(JsonObject request, Use use) throws Exception {
        String name = Foreign.text(request, "stream");
        try (SynchronizerClientFactory factory = SynchronizerClientFactory.withScope(Foreign.scopeOf(name), config);
                RevisionedStreamClient<String> stream = factory.createRevisionedStreamClient(
                    Foreign.nameOf(name), new UTF8StringSerializer(), SynchronizerConfig.builder().build())) {
            return use.of(stream);
        }
    }

    private static Revision revision(JsonObject request, String name) {
        String text = Foreign.textOrNull(request, name);
        return text == null ? null : Revision.fromString(text);
    }

    private static String text(Revision revision) {
        return revision == null ? null : revision.toString();
    }
}
