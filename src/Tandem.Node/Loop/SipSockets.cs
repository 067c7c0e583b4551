using System.Net;
using System.Net.Sockets;
using Tandem.Node.Guarding;
using Tandem.Sip;

namespace Tandem.Node.Loop;

/// <summary>The sockets of a node: UDP and TCP on each service address that it has. Addresses come from the guardian.</summary>
sealed class SipSockets : ISipSockets, IDisposable
{
    readonly Inbox _inbox;
    readonly IGuardianLink _guardian;
    readonly Action<string> _opened, _closed, _alarm;
    readonly bool _overlaps;
    readonly List<OpenAddress> _open = [], _emptying = [];
    /// <summary>What is asked for; cancelled when it is another's before it was got.</summary>
    readonly Dictionary<string, CancellationTokenSource> _opening = new(StringComparer.Ordinal);
    readonly Dictionary<string, Departure> _leaving = new(StringComparer.Ordinal);
    readonly CancellationTokenSource _stop = new();
    /// <summary>A word to the guardian may be lost in a full pipe: it is said again.</summary>
    static readonly TimeSpan s_guardianMax = TimeSpan.FromSeconds(1);
    /// <summary>For the other side to take an address that is its own; and for reading what lies in a socket to which nothing more comes.</summary>
    static readonly TimeSpan s_takenMax = TimeSpan.FromSeconds(2), s_emptying = TimeSpan.FromMilliseconds(30);
    long _droppedBefore;

    /// <param name="drain">How long what is on its way is taken once the other side has the address.</param>
    sealed class Departure(TimeSpan drain)
    {
        public TimeSpan Drain => drain;
    }

    sealed record OpenAddress(string Name, SipEndPoint Local, UdpTransport Udp, TcpTransport Tcp)
    {
        public void Dispose()
        {
            Udp.Dispose();
            Tcp.Dispose();
        }
    }

    /// <param name="overlaps">Of a pair: an address may still be open in the process that is leaving it.</param>
    /// <param name="opened">On the loop's thread, when an address is to be used.</param>
    /// <param name="closed">On the loop's thread, when nothing more comes in there.</param>
    /// <param name="drainOfTaken">How long what is on its way to an address is still accepted that was taken before that was read in the journal; on the loop's thread.</param>
    public SipSockets(Inbox inbox, IGuardianLink guardian, bool overlaps, Action<string> opened, Action<string> closed, Action<string> alarm, Func<TimeSpan> drainOfTaken)
    {
        (_inbox, _guardian, _overlaps, _opened, _closed, _alarm) = (inbox, guardian, overlaps, opened, closed, alarm);
        guardian.Taken += address => inbox.Post(() =>
        {
            if (!_leaving.TryGetValue(address, out Departure? departure))
            {
                if (drainOfTaken() is not { Ticks: > 0 } drain)
                {
                    CloseNow(address);
                    guardian.Closed(address);
                    return;
                }
                // The other side has read the move first. Without a socket the legs of entries before it would fail here, and be the other's.
                departure = _leaving[address] = new Departure(drain);
            }
            After(departure.Drain, () => Leave(address, departure));
        });
    }

    public int Connections => _open.Sum(static a => a.Tcp.Connections);
    /// <summary>Datagrams that came in faster than they were taken.</summary>
    public long Dropped => _droppedBefore + _open.Sum(static a => a.Udp.Dropped);

    /// <summary>Opens an address at once, without asking anybody. When any port will do (port 0), one that is free for UDP and TCP is looked for.</summary>
    /// <exception cref="PortInUseException"/>
    public SipEndPoint OpenNow(IPEndPoint at)
    {
        for (int tries = at.Port == 0 ? 20 : 1; ; tries--)
        {
            UdpTransport udp = UdpTransport.Open(at, _inbox, _overlaps);
            try
            {
                TcpTransport tcp = TcpTransport.Open(new IPEndPoint(at.Address, udp.Local.Port), _inbox, overlaps: _overlaps);
                _open.Add(new OpenAddress(udp.Local.ToString(), udp.Local, udp, tcp));
                return udp.Local;
            }
            catch (PortInUseException) when (tries > 1)
            {
                udp.Dispose();
            }
            catch
            {
                udp.Dispose();
                throw;
            }
        }
    }

    public bool IsOpen(string address) => _open.Exists(a => a.Name == address);

    /// <summary>What leaves from an address that was taken meanwhile is lost, and no failure: whoever has it now says it again.</summary>
    public bool Send(in Flow flow, ReadOnlySpan<byte> message) =>
        At(flow.Local) is not { } at || (flow.IsReliable ? at.Tcp.Send(flow, message) : at.Udp.Send(flow, message));

    public Flow? FlowTo(SipEndPoint local, SipEndPoint remote, bool overTcp)
    {
        if (At(local) is not { } at || remote.IsV6 != local.IsV6) return null;
        return overTcp ? at.Tcp.FlowTo(remote) : at.Udp.FlowTo(remote);
    }

    OpenAddress? At(in SipEndPoint local)
    {
        foreach (OpenAddress address in _open)
            if (address.Local == local) return address;
        return null;
    }

    public void Open(string address)
    {
        // What was about to leave is asked for again: it may not be on this host any more.
        bool stays = !_leaving.Remove(address);
        if (stays && IsOpen(address)) _opened(address);
        else if (!_opening.ContainsKey(address)) _ = AcquireAsync(address, _opening[address] = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token));
    }

    async Task AcquireAsync(string address, CancellationTokenSource wanted)
    {
        using CancellationTokenSource owned = wanted;
        bool told = false;
        for (int waitMs = 20; !wanted.IsCancellationRequested; waitMs = Math.Min(2 * waitMs, 1_000))
        {
            string failure;
            try
            {
                await _guardian.AcquireAsync(address, wanted.Token).WaitAsync(s_guardianMax, wanted.Token).ConfigureAwait(false);
                var bound = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
                _inbox.Post(() => bound.SetResult(Bind(address, wanted)));
                if (await bound.Task.ConfigureAwait(false) is not { } why) return;
                failure = why;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (TimeoutException)
            {
                failure = "the guardian does not answer";
            }
            catch (Exception e) when (e is NodeException or IOException)
            {
                failure = e.Message;
            }
            if (!told) _alarm($"The service address {address} cannot be opened, and is tried again: {failure}");
            told = true;
            await Task.Delay(waitMs, wanted.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Null: it is open, or given away meanwhile. Else why it is not.</summary>
    string? Bind(string address, CancellationTokenSource wanted)
    {
        if (_opening.GetValueOrDefault(address) != wanted) return null;
        try
        {
            if (!IsOpen(address)) OpenNow(IPEndPoint.Parse(address));
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            return e.Message;
        }
        _opening.Remove(address);
        _opened(address);
        return null;
    }

    public void Close(string address, TimeSpan drain)
    {
        if (_opening.Remove(address, out CancellationTokenSource? wanted)) wanted.Cancel();
        // Taken already, before this was read.
        if (_leaving.ContainsKey(address)) return;
        Departure departure = _leaving[address] = new Departure(drain);
        _guardian.Yield(address);
        // Who has just started may take its time to open it: until then there is nobody else to take what comes.
        After(s_takenMax + drain, () => Leave(address, departure));
    }

    /// <summary>It may have come back meanwhile. The guardian may have it also when it was never bound.</summary>
    void Leave(string address, Departure departure)
    {
        if (_leaving.GetValueOrDefault(address) != departure) return;
        _leaving.Remove(address);
        CloseEmptied(address);
    }

    /// <summary>On the loop's thread, unless this is closed before.</summary>
    void After(TimeSpan wait, Action what) =>
        _ = Task.Delay(wait, _stop.Token).ContinueWith(_ => _inbox.Post(what), _stop.Token, TaskContinuationOptions.NotOnCanceled, TaskScheduler.Default);

    /// <summary>Closes an address after what already lies in its socket was read, and releases it. It may be opened anew meanwhile.</summary>
    void CloseEmptied(string address)
    {
        if (_open.Find(a => a.Name == address) is not { } open)
        {
            _guardian.Release(address);
            return;
        }
        open.Udp.Retire();
        _open.Remove(open);
        _emptying.Add(open);
        After(s_emptying, () =>
        {
            _emptying.Remove(open);
            Dispose(open);
            if (!IsOpen(address) && !_opening.ContainsKey(address)) _guardian.Release(address);
        });
    }

    void CloseNow(string address)
    {
        if (_open.Find(a => a.Name == address) is not { } open) return;
        _open.Remove(open);
        Dispose(open);
    }

    void Dispose(OpenAddress open)
    {
        open.Dispose();
        _droppedBefore += open.Udp.Dropped;
        // After what it brought last; not when it was opened anew.
        _inbox.Post(() =>
        {
            if (!IsOpen(open.Name)) _closed(open.Name);
        });
    }

    public void Dispose()
    {
        _stop.Cancel();
        foreach (OpenAddress address in _open.Concat(_emptying)) address.Dispose();
        _stop.Dispose();
    }
}
