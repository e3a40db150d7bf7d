import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.pravega.client.ClientConfig;
import io.pravega.shared.security.auth.DefaultCredentials;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Pravega's own client, driven line by line. A request is a JSON object with `id` and `command`; its answer has the same `id` and
 * `result` or `error` (the exception's class) with `message`. Requests of different ids run side by side. What readers read is
 * told by lines without `id`, see {@link Readers}. Ends with its input.
 */
public final class Foreign {
    private static final Gson GSON = new GsonBuilder().serializeNulls().disableHtmlEscaping().create();
    private static final PrintStream OUT = new PrintStream(System.out, false, StandardCharsets.UTF_8);

    /** One command: takes the request, returns what becomes `result`. */
    interface Command {
        Object run(JsonObject request) throws Exception;
    }

    public static void main(String[] args) throws Exception {
        ClientConfig config = config(args[0], args.length > 1 ? JsonParser.parseString(args[1]).getAsJsonObject() : new JsonObject());
        Map<String, Command> commands = new LinkedHashMap<>();
        new Groups(config).addTo(commands);
        new Readers(config).addTo(commands);
        new Writers(config).addTo(commands);
        new RevisionedStreams(config).addTo(commands);
        new Streams(config).addTo(commands);
        new Transactions(config).addTo(commands);
        new ByteStreams(config).addTo(commands);
        new KeyValueTables(config).addTo(commands);
        new Batches(config).addTo(commands);
        new Counters(config).addTo(commands);
        ExecutorService workers = Executors.newCachedThreadPool();
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = requests.readLine(); line != null; line = requests.readLine()) {
            JsonObject request = JsonParser.parseString(line).getAsJsonObject();
            workers.execute(() -> answer(commands, request));
        }
        // The client's threads would keep the process alive.
        Runtime.getRuntime().halt(0);
    }

    /** `options`: `user` and `password`; `trustStore`, path of PEM certificates. */
    private static ClientConfig config(String controller, JsonObject options) {
        ClientConfig.ClientConfigBuilder builder = ClientConfig.builder().controllerURI(URI.create(controller));
        if (options.has("user")) {
            builder.credentials(new DefaultCredentials(text(options, "password"), text(options, "user")));
        }
        if (options.has("trustStore")) {
            builder.trustStore(text(options, "trustStore"));
        }
        return builder.build();
    }

    private static void answer(Map<String, Command> commands, JsonObject request) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("id", request.get("id").getAsLong());
        try {
            String name = request.get("command").getAsString();
            Command command = commands.get(name);
            if (command == null) {
                throw new IllegalArgumentException("no command " + name);
            }
            answer.put("result", command.run(request));
        } catch (Throwable failure) {
            Throwable cause = failure;
            while ((cause instanceof CompletionException || cause instanceof ExecutionException) && cause.getCause() != null) {
                cause = cause.getCause();
            }
            answer.put("error", cause.getClass().getSimpleName());
            answer.put("message", String.valueOf(cause.getMessage()));
        }
        tell(answer);
    }

    /** Prints one line. */
    static void tell(Map<String, Object> message) {
        String line = GSON.toJson(message);
        synchronized (OUT) {
            OUT.println(line);
            OUT.flush();
        }
    }

    static String text(JsonObject request, String name) {
        return request.get(name).getAsString();
    }

    static String textOrNull(JsonObject request, String name) {
        JsonElement value = request.get(name);
        return value == null || value.isJsonNull() ? null : value.getAsString();
    }

    /** The part before the slash. */
    static String scopeOf(String name) {
        return name.substring(0, name.indexOf('/'));
    }

    /** The part behind the slash. */
    static String nameOf(String name) {
        return name.substring(name.indexOf('/') + 1);
    }
}
