namespace Tandem.Sip;

/// <summary>Sends each message on the socket its flow names; by the local end where there are several.</summary>
public sealed class Transports(IReadOnlyList<UdpTransport> udp, IReadOnlyList<TcpTransport> tcp) : ISipOutput
{
    public bool Send(in Flow flow, ReadOnlySpan<byte> message)
    {
        if (flow.Kind == TransportKind.Udp)
        {
            foreach (UdpTransport each in udp)
                if (udp.Count == 1 || each.Local == flow.Local) return each.Send(flow, message);
            return false;
        }
        foreach (TcpTransport each in tcp)
            if (tcp.Count == 1 || each.Local.Port == flow.Local.Port) return each.Send(flow, message);
        return false;
    }
}
