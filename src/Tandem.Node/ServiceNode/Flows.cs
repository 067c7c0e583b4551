using System.Net;
using System.Text;
using Tandem.Sip;

namespace Tandem.Node.ServiceNode;

/// <summary>The sockets of this node, and flows as the journal keeps them: "udp/REMOTE/LOCAL".</summary>
sealed class Flows(UdpTransport udp, TcpTransport tcp) : ISipOutput
{
    public bool Send(in Flow flow, ReadOnlySpan<byte> message) => flow.IsReliable ? tcp.Send(flow, message) : udp.Send(flow, message);

    public static string Text(in Flow flow) => $"{(flow.IsReliable ? "tcp" : "udp")}/{flow.Remote}/{flow.Local}";

    /// <summary>The flow of this text on today's sockets: over TCP the connection that is there, or a new one. Null: no flow.</summary>
    public Flow? Parse(string text)
    {
        string[] parts = text.Split('/');
        return parts.Length == 3 && IPEndPoint.TryParse(parts[1], out IPEndPoint? remote) ? To(SipEndPoint.From(remote), parts[0] == "tcp") : null;
    }

    /// <summary>Null: too many connections, or the other family of addresses.</summary>
    public Flow? To(SipEndPoint remote, bool overTcp)
    {
        if (remote.IsV6 != udp.Local.IsV6) return null;
        return overTcp ? tcp.FlowTo(remote) : udp.FlowTo(remote);
    }

    /// <summary>A configured target: <c>HOST:PORT[;transport=tcp]</c> with an IP address for HOST.</summary>
    public Flow? ToTarget(string target)
    {
        int cut = target.IndexOf(';');
        return IPEndPoint.TryParse(cut < 0 ? target : target[..cut], out IPEndPoint? remote)
            ? To(SipEndPoint.From(remote), cut >= 0 && target.AsSpan(cut).Contains("tcp", StringComparison.Ordinal)) : null;
    }

    /// <summary>Our Contact on this flow.</summary>
    public static byte[] Contact(in Flow flow) =>
        Encoding.ASCII.GetBytes($"<sip:tandem@{flow.Local}{(flow.IsReliable ? ";transport=tcp" : "")}>");

    /// <summary>A moved TCP connection: where the dialog's peer can be reached again.</summary>
    public Flow? Renew(in Flow flow) => flow.IsReliable ? tcp.FlowTo(flow.Remote) : flow;
}
