import com.sun.management.OperatingSystemMXBean;
import io.pravega.client.ByteStreamClientFactory;
import io.pravega.client.ClientConfig;
import io.pravega.client.admin.StreamManager;
import io.pravega.client.byteStream.ByteStreamReader;
import io.pravega.client.byteStream.ByteStreamWriter;
import io.pravega.client.stream.ScalingPolicy;
import io.pravega.client.stream.StreamConfiguration;
import java.lang.management.ManagementFactory;
import java.net.URI;

/** The byte modes of the benchmark with Pravega's own client: bytewrite or byteread, the same arguments, the same JSON line. */
public final class ByteBench {
    public static void main(String[] args) throws Exception {
        String mode = args[0];
        URI controller = URI.create(args[1]);
        int size = Integer.parseInt(args[2]);
        long count = Long.parseLong(args[3]);
        String scope = "bench-java";
        String stream = "s" + System.nanoTime();
        ClientConfig config = ClientConfig.builder().controllerURI(controller).build();
        try (StreamManager streams = StreamManager.create(config)) {
            streams.createScope(scope);
            streams.createStream(scope, stream, StreamConfiguration.builder().scalingPolicy(ScalingPolicy.fixed(1)).build());
        }
        try (ByteStreamClientFactory factory = ByteStreamClientFactory.withScope(scope, config)) {
            if (mode.equals("byteread")) {
                write(factory, stream, size, count);
            }
            double cpu = cpuSeconds();
            long start = System.nanoTime();
            if (mode.equals("byteread")) {
                read(factory, stream, size, count);
            } else {
                write(factory, stream, size, count);
            }
            double wall = (System.nanoTime() - start) / 1e9;
            double used = cpuSeconds() - cpu;
            long bytes = size * count;
            System.out.printf(
                "{\"client\":\"java\",\"mode\":\"%s\",\"events\":%d,\"bytes\":%d,\"wall_s\":%.3f,\"MB_per_s\":%.1f,\"cpu_s\":%.3f,\"cpu_s_per_GB\":%.3f}%n",
                mode, count, bytes, wall, bytes / 1e6 / wall, used, used / (bytes / 1e9));
        }
        try (StreamManager streams = StreamManager.create(config)) {
            streams.sealStream(scope, stream);
            streams.deleteStream(scope, stream);
        }
        System.exit(0);
    }

    private static void write(ByteStreamClientFactory factory, String stream, int size, long count) throws Exception {
        byte[] block = new byte[size];
        try (ByteStreamWriter writer = factory.createByteStreamWriter(stream)) {
            for (long i = 0; i < count; i++) {
                writer.write(block);
            }
            writer.flush();
        }
    }

    private static void read(ByteStreamClientFactory factory, String stream, int size, long count) throws Exception {
        byte[] block = new byte[size];
        long left = size * count;
        try (ByteStreamReader reader = factory.createByteStreamReader(stream)) {
            while (left > 0) {
                int n = reader.read(block);
                if (n < 0) {
                    throw new IllegalStateException("the stream ended " + left + " bytes early");
                }
                left -= n;
            }
        }
    }

    private static double cpuSeconds() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime() / 1e9;
    }
}
