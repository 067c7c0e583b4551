using System.Net;
using System.Text;
using Tandem.Node.Loop;
using Tandem.Sip;

namespace Tandem.Node.ServiceNode;

/// <summary>The sockets of this node, and flows as the journal keeps them: "udp/REMOTE/LOCAL".</summary>
/// <param name="sockets">Which flows there can be.</param>
/// <param name="output">How messages leave: through the fence.</param>
sealed class Flows(ISipSockets sockets, ISipOutput output) : ISipOutput
{
    public bool Send(in Flow flow, ReadOnlySpan<byte> message) => output.Send(flow, message);

    public static string Text(in Flow flow) => $"{(flow.IsReliable ? "tcp" : "udp")}/{flow.Remote}/{flow.Local}";

    /// <summary>The flow of this text on today's sockets: over TCP the connection that is there, or a new one. Null: no flow.</summary>
    /// <param name="address">Where it is now; empty: where it was.</param>
    public Flow? Parse(string text, string address = "")
    {
        string[] parts = text.Split('/');
        return parts.Length == 3 && IPEndPoint.TryParse(parts[1], out IPEndPoint? remote)
            ? To(SipEndPoint.From(remote), parts[0] == "tcp", address.Length > 0 ? address : parts[2]) : null;
    }

    /// <summary>From one of our service addresses. Null: it is not open here, too many connections, or the other family of addresses.</summary>
    public Flow? To(SipEndPoint remote, bool overTcp, string address) =>
        IPEndPoint.TryParse(address, out IPEndPoint? local) ? sockets.FlowTo(SipEndPoint.From(local), remote, overTcp) : null;

    /// <summary>Our Contact on this flow.</summary>
    public static byte[] Contact(in Flow flow) =>
        Encoding.ASCII.GetBytes($"<sip:tandem@{flow.Local}{(flow.IsReliable ? ";transport=tcp" : "")}>");

    /// <summary>A moved TCP connection: where the dialog's peer can be reached again.</summary>
    public Flow? Renew(in Flow flow) => flow.IsReliable ? sockets.FlowTo(flow.Local, flow.Remote, overTcp: true) : flow;
}
