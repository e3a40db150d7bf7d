import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.pravega.client.ClientConfig;
import io.pravega.client.admin.ReaderGroupManager;
import io.pravega.client.stream.Checkpoint;
import io.pravega.client.stream.Position;
import io.pravega.client.stream.ReaderGroup;
import io.pravega.client.stream.ReaderGroupConfig;
import io.pravega.client.stream.ReaderGroupConfig.StreamDataRetention;
import io.pravega.client.stream.Stream;
import io.pravega.client.stream.StreamCut;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The group admin's commands. A group is named `scope/group`, a stream `scope/stream`; cuts travel as text by stream. */
final class Groups {
    private static final long CHECKPOINT_LIMIT_S = 120;

    private final ClientConfig config;
    private final ScheduledExecutorService background = Executors.newScheduledThreadPool(2);
    private final Map<String, ReaderGroup> groups = new ConcurrentHashMap<>();
    private final Map<String, ReaderGroupManager> managers = new ConcurrentHashMap<>();

    Groups(ClientConfig config) {
        this.config = config;
    }

    void addTo(Map<String, Foreign.Command> commands) {
        commands.put("createGroup", this::create);
        commands.put("deleteGroup", request -> {
            groups.remove(Foreign.text(request, "group"));
            manager(request).deleteReaderGroup(Foreign.nameOf(Foreign.text(request, "group")));
            return true;
        });
        commands.put("checkpoint", request -> {
            Checkpoint made = group(request).initiateCheckpoint(Foreign.text(request, "checkpoint"), background)
                .get(CHECKPOINT_LIMIT_S, TimeUnit.SECONDS);
            return cuts(made.asImpl().getPositions());
        });
        commands.put("cancelCheckpoints", request -> {
            group(request).cancelOutstandingCheckpoints();
            return true;
        });
        commands.put("streamCuts", request -> cuts(group(request).getStreamCuts()));
        commands.put("generateStreamCuts", request ->
            cuts(group(request).generateStreamCuts(background).get(CHECKPOINT_LIMIT_S, TimeUnit.SECONDS)));
        commands.put("onlineReaders", request -> new ArrayList<>(group(request).getOnlineReaders()));
        commands.put("segmentsPerReader", request -> {
            Map<String, Integer> counts = new TreeMap<>(group(request).getReaderSegmentDistribution().getReaderSegmentDistribution());
            counts.put("", group(request).getReaderSegmentDistribution().getUnassignedSegments());
            return counts;
        });
        commands.put("streamNames", request -> new ArrayList<>(group(request).getStreamNames()));
        commands.put("unreadBytes", request -> String.valueOf(group(request).getMetrics().unreadBytes()));
        commands.put("readerOffline", request -> {
            String position = Foreign.textOrNull(request, "position");
            group(request).readerOffline(Foreign.text(request, "reader"), position == null ? null : position(position));
            return true;
        });
        commands.put("resetGroup", request -> {
            group(request).resetReaderGroup(config(request));
            return true;
        });
        commands.put("resetToCheckpoint", request -> {
            group(request).resetReaderGroup();
            return true;
        });
        commands.put("updateRetentionStreamCut", request -> {
            group(request).updateRetentionStreamCut(cutsFrom(request.getAsJsonObject("cuts")));
            return true;
        });
    }

    static Position position(String text) {
        return Position.fromBytes(ByteBuffer.wrap(Base64.getDecoder().decode(text)));
    }

    private Object create(JsonObject request) throws Exception {
        return manager(request).createReaderGroup(Foreign.nameOf(Foreign.text(request, "group")), config(request));
    }

    private ReaderGroupManager manager(JsonObject request) {
        return managers.computeIfAbsent(
            Foreign.scopeOf(Foreign.text(request, "group")), scope -> ReaderGroupManager.withScope(scope, config));
    }

    private ReaderGroup group(JsonObject request) {
        return groups.computeIfAbsent(
            Foreign.text(request, "group"), name -> manager(request).getReaderGroup(Foreign.nameOf(name)));
    }

    /** `streams`: names; `startCuts`, `endCuts`: cut text by stream; the times in milliseconds, as the builder names them. */
    private static ReaderGroupConfig config(JsonObject request) {
        ReaderGroupConfig.ReaderGroupConfigBuilder builder = ReaderGroupConfig.builder();
        Map<Stream, StreamCut> starts = cutsFrom(request.getAsJsonObject("startCuts"));
        Map<Stream, StreamCut> ends = cutsFrom(request.getAsJsonObject("endCuts"));
        for (JsonElement name : request.getAsJsonArray("streams")) {
            Stream stream = Stream.of(name.getAsString());
            builder.stream(
                stream, starts.getOrDefault(stream, StreamCut.UNBOUNDED), ends.getOrDefault(stream, StreamCut.UNBOUNDED));
        }
        JsonElement refresh = request.get("groupRefreshTimeMillis");
        if (refresh != null) {
            builder.groupRefreshTimeMillis(refresh.getAsLong());
        }
        JsonElement automatic = request.get("automaticCheckpointIntervalMillis");
        if (automatic != null && automatic.getAsLong() < 0) {
            builder.disableAutomaticCheckpoints();
        } else if (automatic != null) {
            builder.automaticCheckpointIntervalMillis(automatic.getAsLong());
        }
        JsonElement retention = request.get("retentionType");
        if (retention != null) {
            builder.retentionType(StreamDataRetention.valueOf(retention.getAsString()));
        }
        return builder.build();
    }

    private static Map<Stream, StreamCut> cutsFrom(JsonObject cuts) {
        Map<Stream, StreamCut> read = new java.util.HashMap<>();
        if (cuts != null) {
            cuts.entrySet().forEach(cut -> read.put(Stream.of(cut.getKey()), StreamCut.from(cut.getValue().getAsString())));
        }
        return read;
    }

    private static Map<String, String> cuts(Map<Stream, StreamCut> cuts) {
        Map<String, String> texts = new TreeMap<>();
        cuts.forEach((stream, cut) -> texts.put(stream.getScopedName(), cut.asText()));
        return texts;
    }
}
