import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.pravega.client.ClientConfig;
import io.pravega.client.EventStreamClientFactory;
import io.pravega.client.stream.EventWriterConfig;
import io.pravega.client.stream.Transaction;
import io.pravega.client.stream.TransactionalEventStreamWriter;
import io.pravega.client.stream.impl.UTF8StringSerializer;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** Transactions, which stay open between requests. The writer that has begun one pings it. */
final class Transactions {
    private final ClientConfig config;
    private final Map<String, TransactionalEventStreamWriter<String>> writers = new ConcurrentHashMap<>();
    private final Map<String, Transaction<String>> open = new ConcurrentHashMap<>();

    Transactions(ClientConfig config) {
        this.config = config;
    }

    void addTo(Map<String, Foreign.Command> commands) {
        commands.put("beginTransaction", request -> {
            Transaction<String> transaction = writer(request).beginTxn();
            open.put(transaction.getTxnId().toString(), transaction);
            return transaction.getTxnId().toString();
        });
        // A transaction that was begun by anybody, even by another client.
        commands.put("getTransaction", request -> {
            Transaction<String> transaction = writer(request).getTxn(UUID.fromString(id(request)));
            open.put(id(request), transaction);
            return transaction.checkStatus().name();
        });
        commands.put("transactionWrite", request -> {
            Transaction<String> transaction = transaction(request);
            for (JsonElement element : request.getAsJsonArray("events")) {
                String key = Foreign.textOrNull(element.getAsJsonObject(), "key");
                String event = Foreign.text(element.getAsJsonObject(), "event");
                if (key == null) {
                    transaction.writeEvent(event);
                } else {
                    transaction.writeEvent(key, event);
                }
            }
            transaction.flush();
            return true;
        });
        commands.put("commitTransaction", request -> {
            JsonElement time = request.get("timestamp");
            if (time == null) {
                transaction(request).commit();
            } else {
                transaction(request).commit(time.getAsLong());
            }
            return true;
        });
        commands.put("abortTransaction", request -> {
            transaction(request).abort();
            return true;
        });
        commands.put("transactionStatus", request -> transaction(request).checkStatus().name());
        // What has begun transactions pings them no longer.
        commands.put("closeTransactionalWriter", request -> {
            TransactionalEventStreamWriter<String> writer = writers.remove(Foreign.text(request, "stream"));
            writer.close();
            return true;
        });
    }

    private static String id(JsonObject request) {
        return Foreign.text(request, "transaction");
    }

    private TransactionalEventStreamWriter<String> writer(JsonObject request) {
        JsonElement lease = request.get("leaseMs");
        return writers.computeIfAbsent(Foreign.text(request, "stream"), stream -> {
            EventWriterConfig.EventWriterConfigBuilder builder = EventWriterConfig.builder();
            if (lease != null) {
                builder.transactionTimeoutTime(lease.getAsLong());
            }
            return EventStreamClientFactory.withScope(Foreign.scopeOf(stream), config).createTransactionalEventWriter(
                "writer-" + Foreign.nameOf(stream), Foreign.nameOf(stream), new UTF8StringSerializer(), builder.build());
        });
    }

    private Transaction<String> transaction(JsonObject request) {
        Transaction<String> transaction = open.get(id(request));
        if (transaction == null) {
            throw new IllegalArgumentException("no transaction " + id(request) + " is open here");
        }
        return transaction;
    }
}
