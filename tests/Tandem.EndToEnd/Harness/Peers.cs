using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tandem.EndToEnd;

/// <summary>A SIP message as text, read without the stack under test.</summary>
/// <param name="From">Where it came from.</param>
public sealed record Message(string Text, DateTimeOffset At, IPEndPoint? From = null)
{
    public string StartLine => Text[..Math.Max(0, Text.IndexOf("\r\n", StringComparison.Ordinal))];
    public bool IsRequest => !StartLine.StartsWith("SIP/2.0", StringComparison.Ordinal);
    public string Method => IsRequest ? StartLine.Split(' ')[0] : CSeq.Split(' ')[1];
    public int Status => IsRequest ? 0 : int.Parse(StartLine.AsSpan(8, 3));
    public string Body => Text.IndexOf("\r\n\r\n", StringComparison.Ordinal) is >= 0 and var cut ? Text[(cut + 4)..] : "";
    public string CallId => this["Call-ID"];
    public string CSeq => this["CSeq"];
    public string Contact => Inner(this["Contact"]);
    public string Branch => Parameter(this["Via"], "branch");
    public string FromTag => Parameter(this["From"], "tag");
    public string ToTag => Parameter(this["To"], "tag");

    /// <summary>The first header of this name; empty: none.</summary>
    public string this[string name] => All(name).FirstOrDefault("");

    public IEnumerable<string> All(string name)
    {
        foreach (string line in Text.Split("\r\n").Skip(1).TakeWhile(static l => l.Length > 0))
            if (line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)) yield return line[(name.Length + 1)..].Trim();
    }

    static string Inner(string address) => address.Contains('<', StringComparison.Ordinal) ? address.Split('<', '>')[1] : address;

    static string Parameter(string header, string name)
    {
        int at = header.IndexOf(";" + name + "=", StringComparison.Ordinal);
        return at < 0 ? "" : header[(at + name.Length + 2)..].Split(';', ',', '>', ' ')[0];
    }
}

/// <summary>A socket that speaks SIP as text, message by message. Nothing is answered or sent again by itself.</summary>
public abstract class Peer(IPEndPoint node, Socket socket) : IDisposable
{
    readonly List<Message> _received = [];
    readonly HashSet<Message> _taken = new(ReferenceEqualityComparer.Instance);

    protected Socket Socket { get; } = socket;
    public IPEndPoint At { get; } = (IPEndPoint)socket.LocalEndPoint!;
    /// <summary>Where it sends to.</summary>
    public IPEndPoint Node { get; set; } = node;
    public abstract string Transport { get; }
    /// <summary>Calls to this phone that the test knows, by Call-ID.</summary>
    public HashSet<string> Rung { get; } = [];

    public IReadOnlyList<Message> Received
    {
        get { lock (_received) return [.. _received]; }
    }

    public void Send(string message) => Send(Encoding.Latin1.GetBytes(message));

    public abstract void Send(ReadOnlySpan<byte> message);

    protected void Keep(ReadOnlySpan<byte> message, IPEndPoint? from = null)
    {
        var kept = new Message(Encoding.Latin1.GetString(message), DateTimeOffset.UtcNow, from);
        lock (_received) _received.Add(kept);
    }

    /// <summary>Takes the first message not taken yet that is wanted. Sends `again` every half second meanwhile, as T1 asks.</summary>
    public async Task<Message> ReceiveAsync(Func<Message, bool> wanted, string what, TimeSpan? within = null, string? again = null, bool take = true)
    {
        long began = Stopwatch.GetTimestamp();
        TimeSpan limit = within ?? TimeSpan.FromSeconds(20);
        TimeSpan sent = TimeSpan.Zero;
        while (true)
        {
            lock (_received)
            {
                foreach (Message message in _received)
                {
                    if (_taken.Contains(message) || !wanted(message)) continue;
                    if (take) _taken.Add(message);
                    return message;
                }
            }
            TimeSpan elapsed = Stopwatch.GetElapsedTime(began);
            if (elapsed > limit)
                throw new TimeoutException($"{At} waited {limit.TotalSeconds} s for {what}. It received:\n{string.Join("\n", Received.Select(static m => $"  {m.At:HH:mm:ss.fff} {m.StartLine}  ({m.CSeq}, {m.CallId})"))}");
            if (again is not null && elapsed - sent > TimeSpan.FromMilliseconds(500))
            {
                sent = elapsed;
                Send(again);
            }
            await Task.Delay(5);
        }
    }

    public Task<Message> RequestAsync(string method, TimeSpan? within = null, string? callId = null) =>
        ReceiveAsync(m => m.IsRequest && m.Method == method && (callId is null || m.CallId == callId), $"{method} {callId}", within);

    /// <summary>How many messages of this kind have come in all.</summary>
    public int Count(Func<Message, bool> of) => Received.Count(of);

    /// <summary>True when nothing of the kind comes for a while.</summary>
    public async Task<bool> IsSpareAsync(Func<Message, bool> of, TimeSpan quiet)
    {
        int before = Count(of);
        await Task.Delay(quiet);
        return Count(of) == before;
    }

    public void Dispose()
    {
        Socket.Dispose();
        GC.SuppressFinalize(this);
    }
}

public sealed class UdpPeer : Peer
{
    /// <summary>Trunks call from 127.0.0.2, phones from 127.0.0.1, strangers from elsewhere (<see cref="Centre"/>).</summary>
    public UdpPeer(IPEndPoint node, string address = "127.0.0.1")
        : this(node, Bound(address))
    {
    }

    /// <param name="bound">On any network.</param>
    public UdpPeer(IPEndPoint node, Socket bound)
        : base(node, bound) => new Thread(Read) { IsBackground = true, Name = "udp peer" }.Start();

    public override string Transport => "UDP";

    static Socket Bound(string address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4 << 20 };
        socket.Bind(new IPEndPoint(IPAddress.Parse(address), FreePorts.Next()));
        return socket;
    }

    public override void Send(ReadOnlySpan<byte> message) => Socket.SendTo(message, Node);

    void Read()
    {
        byte[] buffer = new byte[65_536];
        while (true)
        {
            try
            {
                EndPoint from = new IPEndPoint(IPAddress.Any, 0);
                Keep(buffer.AsSpan(0, Socket.ReceiveFrom(buffer, ref from)), (IPEndPoint)from);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
            {
                // The node is down: that is the point of some tests.
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}

/// <summary>A phone behind a connection that it opened itself.</summary>
public sealed class TcpPeer : Peer
{
    public TcpPeer(IPEndPoint node, string address = "127.0.0.1")
        : base(node, Connected(node, address)) => new Thread(Read) { IsBackground = true, Name = "tcp peer" }.Start();

    public override string Transport => "TCP";

    /// <summary>Tries again, as a phone does: right after a side died nobody listens there for a moment.</summary>
    static Socket Connected(IPEndPoint node, string address)
    {
        for (long end = Environment.TickCount64 + 5_000; ; Thread.Sleep(20))
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
                socket.Connect(node);
                return socket;
            }
            catch (SocketException e)
            {
                socket.Dispose();
                if (e.SocketErrorCode != SocketError.ConnectionRefused || Environment.TickCount64 > end) throw;
            }
        }
    }

    public override void Send(ReadOnlySpan<byte> message)
    {
        while (message.Length > 0) message = message[Socket.Send(message)..];
    }

    void Read()
    {
        byte[] buffer = new byte[1 << 20];
        int held = 0;
        try
        {
            while (Socket.Receive(buffer.AsSpan(held)) is > 0 and var more)
            {
                held += more;
                while (Length(buffer.AsSpan(0, held)) is { } length)
                {
                    Keep(buffer.AsSpan(0, length));
                    buffer.AsSpan(length, held - length).CopyTo(buffer);
                    held -= length;
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed, by us or by a node that was killed.
        }
    }

    static int? Length(ReadOnlySpan<byte> bytes)
    {
        int head = bytes.IndexOf("\r\n\r\n"u8);
        if (head < 0) return null;
        int length = head + 4 + int.Parse(new Message(Encoding.Latin1.GetString(bytes[..(head + 4)]), default)["Content-Length"]);
        return bytes.Length < length ? null : length;
    }
}
