using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Tandem.Node.Guarding;

/// <summary>How a side's processes are, as its guardian tells it.</summary>
/// <param name="State">starting, running, restarting, stopping, stopped.</param>
/// <param name="NodeProcess">0: none now.</param>
/// <param name="Ended">How the node before this one ended, or the last one.</param>
sealed record GuardianStatus(string Side, string State, DateTimeOffset Since, int GuardianProcess, int NodeProcess, ulong Incarnation, int Restarts, IReadOnlyList<string> Addresses, string Ended = "")
{
    public override string ToString() => JsonSerializer.Serialize(this, Http.Json.Options);

    public static GuardianStatus? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<GuardianStatus>(text, Http.Json.Lenient);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Where the guardian takes orders: a Unix socket in the side's data directory, for its owner only. A line asks, a line answers.</summary>
sealed class GuardianSocket : IDisposable
{
    /// <summary>sun_path of unix(7).</summary>
    const int PathBytesMax = 107;
    const int WordMax = 64;
    readonly Socket _listener;
    readonly string _path;

    public static string PathIn(string data) => Path.Combine(data, "guardian.sock");

    /// <exception cref="NodeException">The data directory's path is too long for a socket.</exception>
    public GuardianSocket(string data, Guardian guardian)
    {
        _path = PathIn(data);
        if (Encoding.UTF8.GetByteCount(_path) > PathBytesMax)
            throw new NodeException($"{_path} is longer than the path of a Unix socket may be ({PathBytesMax} bytes): choose a shorter data directory");
        // The guardian's lock says that nobody listens there.
        File.Delete(_path);
        _listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(new UnixDomainSocketEndPoint(_path));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _listener.Listen(4);
        _ = AcceptAsync(guardian);
    }

    async Task AcceptAsync(Guardian guardian)
    {
        try
        {
            while (true) _ = AnswerAsync(await _listener.AcceptAsync(), guardian);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The guardian ends.
        }
    }

    static async Task AnswerAsync(Socket client, Guardian guardian)
    {
        using (client)
        {
            try
            {
                using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
                byte[] word = new byte[WordMax];
                int got = await client.ReceiveAsync(word, patience.Token);
                string asked = Encoding.UTF8.GetString(word, 0, got).Trim();
                string answer = Enum.TryParse(asked, ignoreCase: true, out Order order) && order is Order.Status or Order.Stop or Order.Start or Order.Fail
                    ? await guardian.AskAsync(order).WaitAsync(patience.Token)
                    : $"no: a guardian does not know '{asked}'";
                await client.SendAsync(Encoding.UTF8.GetBytes(answer + "\n"), patience.Token);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // Who asked has gone.
            }
        }
    }

    /// <summary>Asks the guardian of a data directory; null when none runs there.</summary>
    public static async Task<string?> AskAsync(string data, Order order, CancellationToken stop)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(PathIn(data)), stop);
            await socket.SendAsync(Encoding.UTF8.GetBytes(order.ToString() + "\n"), stop);
            using var reader = new StreamReader(new NetworkStream(socket));
            return await reader.ReadLineAsync(stop);
        }
        catch (Exception e) when (e is SocketException or IOException or ArgumentException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        File.Delete(_path);
    }
}
