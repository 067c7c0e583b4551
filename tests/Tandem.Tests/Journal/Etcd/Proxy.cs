using System.Net;
using System.Net.Sockets;

namespace Tandem.Tests.Journal.Etcd;

/// <summary>Stands between a client and a member: cuts, swallows, delays.</summary>
sealed class Proxy : IDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly int _target;
    readonly List<Socket> _open = [];
    readonly CancellationTokenSource _stop = new();

    public Proxy(int target)
    {
        _target = target;
        _listener.Start();
        _ = AcceptAsync();
    }

    public string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";
    /// <summary>What the member says is thrown away. The connections are of no use after that.</summary>
    public volatile bool SwallowsAnswers;
    /// <summary>New connections are ended at once.</summary>
    public volatile bool Refuses;
    /// <summary>Milliseconds by which the member's answers come late.</summary>
    public volatile int DelayMs;
    /// <summary>Counts what the member was sent.</summary>
    public long BytesToMember;

    /// <summary>Ends all connections.</summary>
    public void Cut()
    {
        lock (_open)
        {
            foreach (Socket socket in _open) socket.Dispose();
            _open.Clear();
        }
    }

    async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket client = await _listener.AcceptSocketAsync(_stop.Token);
                if (Refuses)
                {
                    client.Dispose();
                    continue;
                }
                var member = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                client.NoDelay = true;
                await member.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
                lock (_open) _open.AddRange([client, member]);
                _ = PumpAsync(client, member, answers: false);
                _ = PumpAsync(member, client, answers: true);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // Closed, or the member is down.
        }
    }

    async Task PumpAsync(Socket from, Socket to, bool answers)
    {
        byte[] buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, _stop.Token) is > 0 and int got)
            {
                if (!answers) Interlocked.Add(ref BytesToMember, got);
                if (answers && DelayMs > 0) await Task.Delay(DelayMs, _stop.Token);
                if (answers && SwallowsAnswers) continue;
                await to.SendAsync(buffer.AsMemory(0, got), _stop.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // Cut.
        }
        from.Dispose();
        to.Dispose();
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        Cut();
        _stop.Dispose();
    }
}
