import com.google.gson.JsonObject;
import io.pravega.client.BatchClientFactory;
import io.pravega.client.ClientConfig;
import io.pravega.client.batch.SegmentIterator;
import io.pravega.client.batch.SegmentRange;
import io.pravega.client.batch.StreamSegmentsIterator;
import io.pravega.client.stream.Stream;
import io.pravega.client.stream.StreamCut;
import io.pravega.client.stream.impl.UTF8StringSerializer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Segments of a stream between two cuts, read one by one and without a group. */
final class Batches {
    private final ClientConfig config;

    Batches(ClientConfig config) {
        this.config = config;
    }

    void addTo(Map<String, Foreign.Command> commands) {
        commands.put("batchRead", this::read);
    }

    /** `from`, `to`: texts of cuts, without: all that there is. Answers the events by segment, in the order of their start. */
    private Object read(JsonObject request) {
        Stream stream = Stream.of(Foreign.text(request, "stream"));
        try (BatchClientFactory factory = BatchClientFactory.withScope(stream.getScope(), config)) {
            StreamSegmentsIterator segments = factory.getSegments(stream, cut(request, "from"), cut(request, "to"));
            List<Object> ranges = new ArrayList<>();
            for (Iterator<SegmentRange> next = segments.getIterator(); next.hasNext();) {
                SegmentRange range = next.next();
                List<String> events = new ArrayList<>();
                try (SegmentIterator<String> iterator = factory.readSegment(range, new UTF8StringSerializer())) {
                    iterator.forEachRemaining(events::add);
                }
                ranges.add(Map.of(
                    "segment", String.valueOf(range.getSegmentId()),
                    "from", range.getStartOffset(), "to", range.getEndOffset(), "events", events));
            }
            return Map.of(
                "ranges", ranges, "start", segments.getStartStreamCut().asText(), "end", segments.getEndStreamCut().asText());
        }
    }

    private static StreamCut cut(JsonObject request, String name) {
        String text = Foreign.textOrNull(request, name);
        return text == null ? StreamCut.UNBOUNDED : StreamCut.from(text);
    }
}
