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
    readonly List<OpenAddress> _open = [];
    /// <summary>What is asked for; cancelled when it is another's before it was got.</summary>
    readonly Dictionary<string, CancellationTokenSource> _opening = new(StringComparer.Ordinal);
    readonly HashSet<string> _leaving = new(StringComparer.Ordinal);
    readonly CancellationTokenSource _stop = new();
    /// <summary>A word to the guardian may be lost in a full pipe: it is said again.</summary>
    static readonly TimeSpan s_guardianMax = TimeSpan.FromSeconds(1);
    long _droppedBefore;

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
    public SipSockets(Inbox inbox, IGuardianLink guardian, bool overlaps, Action<string> opened, Action<string> closed, Action<string> alarm)
    {
        (_inbox, _guardian, _overlaps, _opened, _closed, _alarm) = (inbox, guardian, overlaps, opened, closed, alarm);
        // In a planned move the state has said so already: what is on its way to the old socket is still taken, until the drain ends.
        guardian.Taken += address => inbox.Post(() =>
        {
            if (_leaving.Contains(address)) return;
            CloseNow(address);
            guardian.Closed(address);
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
        _leaving.Add(address);
        _guardian.Yield(address);
        _ = Task.Delay(drain, _stop.Token).ContinueWith(_ => _inbox.Post(() =>
        {
            // It may have come back meanwhile. The guardian may have it also when it was never bound.
            if (!_leaving.Remove(address)) return;
            CloseNow(address);
            _guardian.Release(address);
        }), _stop.Token, TaskContinuationOptions.NotOnCanceled, TaskScheduler.Default);
    }

    void CloseNow(string address)
    {
        if (_open.Find(a => a.Name == address) is not { } open) return;
        _open.Remove(open);
        open.Dispose();
        _droppedBefore += open.Udp.Dropped;
        // After what it brought last.
        _inbox.Post(() => _closed(address));
    }

    public void Dispose()
    {
        _stop.Cancel();
        foreach (OpenAddress address in _open) address.Dispose();
        _stop.Dispose();
    }
}
