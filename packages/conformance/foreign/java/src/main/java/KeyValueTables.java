import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.pravega.client.ClientConfig;
import io.pravega.client.KeyValueTableFactory;
import io.pravega.client.admin.KeyValueTableManager;
import io.pravega.client.tables.Insert;
import io.pravega.client.tables.KeyValueTable;
import io.pravega.client.tables.KeyValueTableClientConfiguration;
import io.pravega.client.tables.KeyValueTableConfiguration;
import io.pravega.client.tables.KeyValueTableIterator;
import io.pravega.client.tables.Put;
import io.pravega.client.tables.Remove;
import io.pravega.client.tables.TableEntry;
import io.pravega.client.tables.TableKey;
import io.pravega.client.tables.TableModification;
import io.pravega.client.tables.Version;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** Key-value tables of text. Keys are `[primary, secondary]`, of the lengths that the table has; versions are their text. */
final class KeyValueTables {
    private static final int PRIMARY_KEY_LENGTH = 4;
    private static final int SECONDARY_KEY_LENGTH = 2;

    private final ClientConfig config;
    private final ScheduledExecutorService background = Executors.newScheduledThreadPool(1);
    private final Map<String, KeyValueTable> tables = new ConcurrentHashMap<>();

    KeyValueTables(ClientConfig config) {
        this.config = config;
    }

    void addTo(Map<String, Foreign.Command> commands) {
        commands.put("createTable", request -> {
            KeyValueTableConfiguration configuration = KeyValueTableConfiguration.builder()
                .partitionCount(request.get("partitions").getAsInt())
                .primaryKeyLength(PRIMARY_KEY_LENGTH)
                .secondaryKeyLength(SECONDARY_KEY_LENGTH)
                .build();
            try (KeyValueTableManager manager = KeyValueTableManager.create(config)) {
                return manager.createKeyValueTable(scope(request), name(request), configuration);
            }
        });
        commands.put("deleteTable", request -> {
            KeyValueTable open = tables.remove(Foreign.text(request, "table"));
            if (open != null) {
                open.close();
            }
            try (KeyValueTableManager manager = KeyValueTableManager.create(config)) {
                return manager.deleteKeyValueTable(scope(request), name(request));
            }
        });
        commands.put("listTables", request -> {
            TreeSet<String> names = new TreeSet<>();
            try (KeyValueTableManager manager = KeyValueTableManager.create(config)) {
                manager.listKeyValueTables(Foreign.text(request, "scope"))
                    .forEachRemaining(info -> names.add(info.getKeyValueTableName()));
            }
            return names;
        });
        // `changes`: all or none, of one primary key.
        commands.put("updateTable", request -> {
            List<TableModification> changes = new ArrayList<>();
            request.getAsJsonArray("changes").forEach(change -> changes.add(change(change.getAsJsonObject())));
            List<String> versions = new ArrayList<>();
            for (Version version : table(request).update(changes).get()) {
                versions.add(version == null ? null : version.toString());
            }
            return versions;
        });
        commands.put("tableGet", request -> {
            List<TableKey> keys = new ArrayList<>();
            request.getAsJsonArray("keys").forEach(key -> keys.add(key(key)));
            List<Object> found = new ArrayList<>();
            for (TableEntry entry : table(request).getAll(keys).get()) {
                found.add(entry == null ? null : Map.of("value", text(entry.getValue()), "version", entry.getVersion().toString()));
            }
            return found;
        });
        commands.put("tableExists", request -> table(request).exists(key(request.get("key"))).get());
        commands.put("tableEntries", request -> {
            List<Object> found = new ArrayList<>();
            iterator(request).entries().forEachRemaining(
                page -> page.getItems().forEach(entry -> found.add(shown(entry))), background).get();
            return found;
        });
        commands.put("tableKeys", request -> {
            List<Object> found = new ArrayList<>();
            iterator(request).keys().forEachRemaining(
                page -> page.getItems().forEach(key -> found.add(shown(key))), background).get();
            return found;
        });
    }

    private static String scope(JsonObject request) {
        return Foreign.scopeOf(Foreign.text(request, "table"));
    }

    private static String name(JsonObject request) {
        return Foreign.nameOf(Foreign.text(request, "table"));
    }

    private KeyValueTable table(JsonObject request) {
        return tables.computeIfAbsent(Foreign.text(request, "table"), table ->
            KeyValueTableFactory.withScope(Foreign.scopeOf(table), config)
                .forKeyValueTable(Foreign.nameOf(table), KeyValueTableClientConfiguration.builder().build()));
    }

    /** `primary` and the bounds `from`, `to` of the secondary key, or `fromPrimary` and `toPrimary`, or `prefix`, or all. */
    private KeyValueTableIterator iterator(JsonObject request) {
        var builder = table(request).iterator().maxIterationSize(request.has("page") ? request.get("page").getAsInt() : 10);
        if (request.has("primary")) {
            return builder.forPrimaryKey(bytes(request, "primary"), bytes(request, "from"), bytes(request, "to"));
        }
        if (request.has("fromPrimary")) {
            return builder.forRange(bytes(request, "fromPrimary"), bytes(request, "toPrimary"));
        }
        return request.has("prefix") ? builder.forPrefix(bytes(request, "prefix")) : builder.all();
    }

    /** `key`, `value` (without: removal), `version` (a text, or `none`: only if the key is not there). */
    private static TableModification change(JsonObject change) {
        TableKey key = key(change.get("key"));
        String version = Foreign.textOrNull(change, "version");
        String value = Foreign.textOrNull(change, "value");
        if (value == null) {
            return version == null ? new Remove(key) : new Remove(key, Version.fromString(version));
        }
        if (version == null) {
            return new Put(key, bytes(value));
        }
        return version.equals("none") ? new Insert(key, bytes(value)) : new Put(key, bytes(value), Version.fromString(version));
    }

    private static TableKey key(JsonElement key) {
        JsonArray parts = key.getAsJsonArray();
        return new TableKey(bytes(parts.get(0).getAsString()), bytes(parts.get(1).getAsString()));
    }

    private static List<String> shown(TableKey key) {
        return List.of(text(key.getPrimaryKey()), text(key.getSecondaryKey()));
    }

    private static Object shown(TableEntry entry) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("key", shown(entry.getKey()));
        shown.put("value", text(entry.getValue()));
        return shown;
    }

    private static ByteBuffer bytes(JsonObject request, String name) {
        String text = Foreign.textOrNull(request, name);
        return text == null ? null : bytes(text);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
    }
}
