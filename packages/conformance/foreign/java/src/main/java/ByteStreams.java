import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.pravega.client.ByteStreamClientFactory;
import io.pravega.client.ClientConfig;
import io.pravega.client.byteStream.ByteStreamReader;
import io.pravega.client.byteStream.ByteStreamWriter;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Byte streams of text. */
final class ByteStreams {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final ClientConfig config;

    ByteStreams(ClientConfig config) {
        this.config = config;
    }

    void addTo(Map<String, Foreign.Command> commands) {
        commands.put("writeBytes", this::write);
        commands.put("readBytes", this::read);
        commands.put("byteBounds", request -> {
            try (ByteStreamClientFactory factory = factory(request);
                    ByteStreamReader reader = factory.createByteStreamReader(name(request))) {
                return List.of(reader.fetchHeadOffset(), reader.fetchTailOffset());
            }
        });
        commands.put("truncateBytes", request -> {
            try (ByteStreamClientFactory factory = factory(request);
                    ByteStreamWriter writer = factory.createByteStreamWriter(name(request))) {
                writer.truncateDataBefore(request.get("offset").getAsLong());
                return true;
            }
        });
    }

    /** `chunks`: a list of `{text, repeat?}`; `seal`: at the end. Answers the offset of the tail. */
    private Object write(JsonObject request) throws Exception {
        try (ByteStreamClientFactory factory = factory(request)) {
            ByteStreamWriter writer = factory.createByteStreamWriter(name(request));
            for (JsonElement chunk : request.getAsJsonArray("chunks")) {
                JsonElement repeat = chunk.getAsJsonObject().get("repeat");
                String text = Foreign.text(chunk.getAsJsonObject(), "text").repeat(repeat == null ? 1 : repeat.getAsInt());
                writer.write(text.getBytes(StandardCharsets.UTF_8));
            }
            writer.flush();
            long tail = writer.fetchTailOffset();
            if (request.has("seal")) {
                writer.closeAndSeal();
            } else {
                writer.close();
            }
            return tail;
        }
    }

    /** From `from` on `length` bytes, or up to the end of a sealed stream; `fromTail`: as many bytes before the tail. */
    private Object read(JsonObject request) throws Exception {
        try (ByteStreamClientFactory factory = factory(request);
                ByteStreamReader reader = factory.createByteStreamReader(name(request))) {
            if (request.has("fromTail")) {
                reader.seekToOffset(reader.fetchTailOffset() - request.get("fromTail").getAsLong());
            } else if (request.has("from")) {
                reader.seekToOffset(request.get("from").getAsLong());
            }
            int length = request.get("length").getAsInt();
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            byte[] buffer = new byte[BUFFER_BYTES];
            while (all.size() < length) {
                int count = reader.read(buffer, 0, Math.min(buffer.length, length - all.size()));
                if (count < 0) {
                    break;
                }
                all.write(buffer, 0, count);
            }
            return Map.of("text", all.toString(StandardCharsets.UTF_8), "offset", reader.getOffset());
        }
    }

    private ByteStreamClientFactory factory(JsonObject request) {
        return ByteStreamClientFactory.withScope(Foreign.scopeOf(Foreign.text(request, "stream")), config);
    }

    private static String name(JsonObject request) {
        return Foreign.nameOf(Foreign.text(request, "stream"));
    }
}
