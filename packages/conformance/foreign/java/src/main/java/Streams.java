import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.pravega.client.ClientConfig;
import io.pravega.client.admin.StreamInfo;
import io.pravega.client.admin.StreamManager;
import io.pravega.client.control.impl.ControllerImpl;
import io.pravega.client.control.impl.ControllerImplConfig;
import io.pravega.client.stream.RetentionPolicy;
import io.pravega.client.stream.ScalingPolicy;
import io.pravega.client.stream.Stream;
import io.pravega.client.stream.StreamConfiguration;
import io.pravega.client.stream.StreamCut;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** Scopes and streams. A stream is named `scope/stream`; cuts travel as their text. */
final class Streams {
    private static final int SCALE_FACTOR = 2;

    private final ClientConfig config;
    private final ScheduledExecutorService background = Executors.newScheduledThreadPool(1);
    private StreamManager opened;
    private ControllerImpl controller;

    Streams(ClientConfig config) {
        this.config = config;
    }

    void addTo(Map<String, Foreign.Command> commands) {
        commands.put("createScope", request -> manager().createScope(scope(request)));
        commands.put("deleteScope", request -> manager().deleteScope(scope(request)));
        commands.put("deleteScopeRecursive", request -> manager().deleteScopeRecursive(scope(request)));
        commands.put("scopeExists", request -> manager().checkScopeExists(scope(request)));
        commands.put("listScopes", request -> texts(manager().listScopes()));
        commands.put("listStreams", request -> {
            String tag = Foreign.textOrNull(request, "tag");
            return names(tag == null ? manager().listStreams(scope(request)) : manager().listStreams(scope(request), tag));
        });
        commands.put("createStream", request -> {
            String stream = stream(request);
            return manager().createStream(Foreign.scopeOf(stream), Foreign.nameOf(stream), configuration(request));
        });
        commands.put("updateStream", request -> {
            String stream = stream(request);
            return manager().updateStream(Foreign.scopeOf(stream), Foreign.nameOf(stream), configuration(request));
        });
        commands.put("streamExists", request -> {
            String stream = stream(request);
            return manager().checkStreamExists(Foreign.scopeOf(stream), Foreign.nameOf(stream));
        });
        commands.put("streamTags", request -> {
            String stream = stream(request);
            return new TreeSet<>(manager().getStreamTags(Foreign.scopeOf(stream), Foreign.nameOf(stream)));
        });
        commands.put("streamInfo", request -> {
            String stream = stream(request);
            return shown(manager().fetchStreamInfo(Foreign.scopeOf(stream), Foreign.nameOf(stream)).get());
        });
        commands.put("truncateStream", request -> {
            String stream = stream(request);
            StreamCut cut = StreamCut.from(Foreign.text(request, "cut"));
            return manager().truncateStream(Foreign.scopeOf(stream), Foreign.nameOf(stream), cut);
        });
        commands.put("sealStream", request -> {
            String stream = stream(request);
            return manager().sealStream(Foreign.scopeOf(stream), Foreign.nameOf(stream));
        });
        commands.put("deleteStream", request -> {
            String stream = stream(request);
            return manager().deleteStream(Foreign.scopeOf(stream), Foreign.nameOf(stream));
        });
        commands.put("currentSegments", request -> segments(stream(request)));
        commands.put("scaleTo", this::scaleTo);
        commands.put("listSubscribers", request -> {
            String stream = stream(request);
            return new TreeSet<>(controller().listSubscribers(Foreign.scopeOf(stream), Foreign.nameOf(stream)).get());
        });
    }

    private static String scope(JsonObject request) {
        return Foreign.text(request, "scope");
    }

    private static String stream(JsonObject request) {
        return Foreign.text(request, "stream");
    }

    private synchronized StreamManager manager() {
        if (opened == null) {
            opened = StreamManager.create(config);
        }
        return opened;
    }

    private synchronized ControllerImpl controller() {
        if (controller == null) {
            controller = new ControllerImpl(ControllerImplConfig.builder().clientConfig(config).build(), background);
        }
        return controller;
    }

    private TreeSet<Long> segments(String stream) throws Exception {
        TreeSet<Long> ids = new TreeSet<>();
        controller().getCurrentSegments(Foreign.scopeOf(stream), Foreign.nameOf(stream)).get()
            .getSegments().forEach(segment -> ids.add(segment.getSegmentId()));
        return ids;
    }

    /** Replaces all segments by `segments` of the same width. */
    private Object scaleTo(JsonObject request) throws Exception {
        String name = stream(request);
        int count = request.get("segments").getAsInt();
        Map<Double, Double> ranges = new TreeMap<>();
        for (int n = 0; n < count; n++) {
            ranges.put((double) n / count, (double) (n + 1) / count);
        }
        return controller().scaleStream(Stream.of(name), new ArrayList<>(segments(name)), ranges, background).getFuture().get();
    }

    /** `segments` (1), `eventsPerSecond`, `retentionBytes` or `retentionMillis`, `tags`, `rolloverSizeBytes`. */
    private static StreamConfiguration configuration(JsonObject request) {
        JsonElement least = request.get("segments");
        int segments = least == null ? 1 : least.getAsInt();
        JsonElement rate = request.get("eventsPerSecond");
        StreamConfiguration.StreamConfigurationBuilder builder = StreamConfiguration.builder().scalingPolicy(
            rate == null ? ScalingPolicy.fixed(segments) : ScalingPolicy.byEventRate(rate.getAsInt(), SCALE_FACTOR, segments));
        JsonElement bytes = request.get("retentionBytes");
        JsonElement millis = request.get("retentionMillis");
        if (bytes != null) {
            builder.retentionPolicy(RetentionPolicy.bySizeBytes(bytes.getAsLong()));
        } else if (millis != null) {
            builder.retentionPolicy(RetentionPolicy.byTime(java.time.Duration.ofMillis(millis.getAsLong())));
        }
        JsonElement tags = request.get("tags");
        if (tags != null) {
            tags.getAsJsonArray().forEach(tag -> builder.tag(tag.getAsString()));
        }
        JsonElement rollover = request.get("rolloverSizeBytes");
        if (rollover != null) {
            builder.rolloverSizeBytes(rollover.getAsLong());
        }
        return builder.build();
    }

    private static Object shown(StreamInfo info) {
        StreamConfiguration configuration = info.getStreamConfiguration();
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("scaleType", configuration.getScalingPolicy().getScaleType().name());
        shown.put("targetRate", configuration.getScalingPolicy().getTargetRate());
        shown.put("segments", configuration.getScalingPolicy().getMinNumSegments());
        RetentionPolicy retention = configuration.getRetentionPolicy();
        shown.put("retentionType", retention == null ? null : retention.getRetentionType().name());
        shown.put("retentionParam", retention == null ? null : retention.getRetentionParam());
        shown.put("rolloverSizeBytes", configuration.getRolloverSizeBytes());
        shown.put("tags", new TreeSet<>(configuration.getTags()));
        shown.put("head", info.getHeadStreamCut().asText());
        shown.put("tail", info.getTailStreamCut().asText());
        shown.put("sealed", info.isSealed());
        return shown;
    }

    private static List<String> texts(Iterator<String> iterator) {
        List<String> all = new ArrayList<>();
        iterator.forEachRemaining(all::add);
        return all;
    }

    private static TreeSet<String> names(Iterator<Stream> iterator) {
        TreeSet<String> all = new TreeSet<>();
        iterator.forEachRemaining(stream -> all.add(stream.getScopedName()));
        return all;
    }
}
