using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Tandem.Bench.Harness;

namespace Tandem.Bench.Pair.Traffic;

/// <summary>
/// The thread on which callers and agents' phones live: two sockets and timers. It knows how late it was itself: what a machine
/// that stands still does to the figures.
/// </summary>
sealed class Field : IDisposable
{
    const int BufferBytes = 16 << 20, Nice = -15;
    readonly PriorityQueue<Action, (long At, long Number)> _timers = new();
    readonly ConcurrentQueue<Action> _asked = new();
    readonly Thread _thread;
    volatile bool _stopping;
    long _number;
    Exception? _failed;

    public Field(IPAddress callersAt, IPAddress phonesAt)
    {
        CallersSocket = Bound(callersAt);
        PhonesSocket = Bound(phonesAt);
        Callers = new Callers(this);
        Phones = new Phones(this);
        _thread = new Thread(Run) { Name = "traffic", IsBackground = true };
    }

    public Socket CallersSocket { get; }
    public Socket PhonesSocket { get; }
    public Callers Callers { get; }
    public Phones Phones { get; }
    public IPEndPoint PhonesAt => (IPEndPoint)PhonesSocket.LocalEndPoint!;
    public IPEndPoint CallersAt => (IPEndPoint)CallersSocket.LocalEndPoint!;
    /// <summary>The longest that a due timer waited for this thread since it was last asked.</summary>
    public long LateMaxUs { get; private set; }
    /// <summary>Requests and answers that were sent again.</summary>
    public long Repeated { get; set; }

    public static long NowUs => Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000);

    public void Start() => _thread.Start();

    public void At(long us, Action what) => _timers.Enqueue(what, (us, _number++));

    /// <summary>On the field's thread.</summary>
    public Task<T> AskAsync<T>(Func<T> what)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked.Enqueue(() => answer.SetResult(what()));
        if (_failed is { } failed) throw new BenchException($"the traffic's thread failed: {failed}");
        return answer.Task;
    }

    public Task DoAsync(Action what) => AskAsync(() =>
    {
        what();
        return true;
    });

    public Task<long> TakeLateAsync() => AskAsync(() =>
    {
        long late = LateMaxUs;
        LateMaxUs = 0;
        return late;
    });

    public static void Transmit(Socket socket, byte[] message, SocketAddress to)
    {
        try
        {
            socket.SendTo(message, SocketFlags.None, to);
        }
        catch (SocketException)
        {
            // Nobody is there for a moment: that is what is measured.
        }
    }

    static Socket Bound(IPAddress at)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = BufferBytes, SendBufferSize = BufferBytes };
        socket.Bind(new IPEndPoint(at, 0));
        return socket;
    }

    void Run()
    {
        // The clock of every figure: it shares the processors with what it measures, and must not wait for it. Refused without the right.
        _ = setpriority(0, 0, Nice);
        try
        {
            byte[] buffer = new byte[65_536];
            var from = new SocketAddress(AddressFamily.InterNetwork);
            var readable = new List<Socket>(2);
            while (!_stopping)
            {
                long wait = 2_000;
                while (_timers.TryPeek(out Action? due, out (long At, long) at))
                {
                    long now = NowUs;
                    if (at.At > now)
                    {
                        wait = Math.Min(wait, at.At - now);
                        break;
                    }
                    LateMaxUs = Math.Max(LateMaxUs, now - at.At);
                    _timers.Dequeue();
                    due();
                }
                while (_asked.TryDequeue(out Action? asked)) asked();
                readable.Clear();
                readable.Add(CallersSocket);
                readable.Add(PhonesSocket);
                // Whole milliseconds, up: of less, the poll below makes 0 and would spin on a processor that the nodes need.
                Socket.Select(readable, null, null, (int)((wait + 999) / 1000 * 1000));
                foreach (Socket socket in readable)
                {
                    for (int i = 0; i < 64 && socket.Available > 0; i++)
                    {
                        int length = socket.ReceiveFrom(buffer, SocketFlags.None, from);
                        var message = new SipText(Encoding.Latin1.GetString(buffer, 0, length));
                        if (socket == CallersSocket) Callers.Take(message, from);
                        else Phones.Take(message, from);
                    }
                }
            }
        }
        catch (ObjectDisposedException) when (_stopping)
        {
        }
        catch (Exception e)
        {
            _failed = e;
            Console.Error.WriteLine($"bench: the traffic's thread failed: {e}");
        }
    }

    public void Dispose()
    {
        _stopping = true;
        if (_thread.IsAlive) _thread.Join();
        CallersSocket.Dispose();
        PhonesSocket.Dispose();
    }

    [DllImport("libc")] static extern int setpriority(int which, uint who, int nice);
}
