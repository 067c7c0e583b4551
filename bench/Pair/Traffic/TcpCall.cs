using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tandem.Bench.Pair.Traffic;

/// <summary>A caller on a connection, which dies with the node: the phone connects again, and its call goes on over the new one.</summary>
sealed class TcpCall(int number, IPEndPoint to) : IDisposable
{
    /// <summary>Their numbers begin so.</summary>
    public const string Prefix = "+48";
    readonly string _callId = $"{Environment.ProcessId}-tcp-{number}@bench", _calling = $"{Prefix}{number:D9}";
    Socket _socket = Connected(to);
    string _remote = $"<sip:{PairCentre.Talk}@{to}>", _target = $"sip:{PairCentre.Talk}@{to}";
    int _cseq;
    byte[] _held = [];

    static Socket Connected(IPEndPoint to)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(IPAddress.Parse(PairCentre.Callers), 0));
        socket.Connect(to);
        return socket;
    }

    /// <summary>True: it talks.</summary>
    public async Task<bool> DialAsync(TimeSpan within)
    {
        await SendAsync("INVITE", ++_cseq, SipText.Sdp("sendrecv", 1));
        if (await AnswerAsync("INVITE", within) is not { Status: 200 } answer) return false;
        (_remote, _target) = (answer.To.ToString(), answer.ContactUri);
        await SendAsync("ACK", _cseq);
        return true;
    }

    /// <summary>Connects again, holds, resumes, hangs up. True: all of it was answered with 200.</summary>
    public async Task<bool> ReturnAsync(TimeSpan within)
    {
        _socket.Dispose();
        _held = [];
        for (long until = Environment.TickCount64 + (long)within.TotalMilliseconds; ;)
        {
            try
            {
                _socket = Connected(to);
                break;
            }
            catch (SocketException) when (Environment.TickCount64 < until)
            {
                await Task.Delay(50);
            }
        }
        foreach (string direction in (string[])["sendonly", "sendrecv"])
        {
            await SendAsync("INVITE", ++_cseq, SipText.Sdp(direction, _cseq));
            if (await AnswerAsync("INVITE", within) is not { Status: 200 }) return false;
            await SendAsync("ACK", _cseq);
        }
        await SendAsync("BYE", ++_cseq);
        return await AnswerAsync("BYE", within) is { Status: 200 };
    }

    Task SendAsync(string method, int cseq, string sdp = "") => _socket.SendAsync(Encoding.Latin1.GetBytes(
        $"{method} {_target} SIP/2.0\r\nVia: SIP/2.0/TCP {_socket.LocalEndPoint};branch=z9hG4bKt{Environment.ProcessId}x{number}x{cseq}{method}\r\nMax-Forwards: 70\r\nFrom: <sip:{_calling}@bench>;tag=t{number}\r\n"
        + $"To: {_remote}\r\nCall-ID: {_callId}\r\nCSeq: {cseq} {method}\r\nContact: <sip:caller@{_socket.LocalEndPoint};transport=tcp>\r\n"
        + $"{(sdp.Length > 0 ? "Content-Type: application/sdp\r\n" : "")}Content-Length: {sdp.Length}\r\n\r\n{sdp}"));

    /// <summary>The final answer to the newest request; null: none came.</summary>
    async Task<SipText?> AnswerAsync(string method, TimeSpan within)
    {
        using var limit = new CancellationTokenSource(within);
        byte[] buffer = new byte[16_384];
        try
        {
            while (true)
            {
                while (Next() is { } message)
                    if (message.IsResponse && message.Status >= 200 && message.CSeq.SequenceEqual($"{_cseq} {method}")) return message;
                int got = await _socket.ReceiveAsync(buffer, limit.Token);
                if (got == 0) return null;
                _held = [.. _held, .. buffer.AsSpan(0, got)];
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            return null;
        }
    }

    SipText? Next()
    {
        string text = Encoding.Latin1.GetString(_held);
        int head = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (head < 0) return null;
        int at = text.IndexOf("Content-Length:", StringComparison.OrdinalIgnoreCase) + 15;
        int length = head + 4 + int.Parse(text.AsSpan(at, text.IndexOf("\r\n", at, StringComparison.Ordinal) - at).Trim(), CultureInfo.InvariantCulture);
        if (_held.Length < length) return null;
        _held = _held[length..];
        return new SipText(text[..length]);
    }

    public void Dispose() => _socket.Dispose();
}
