using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;

namespace Tandem.Journal.Etcd;

/// <summary>gRPC's framing over HTTP/2 (gRPC's PROTOCOL-HTTP2.md): one byte "compressed", four bytes of length, big endian, the message.</summary>
static class GrpcFrame
{
    public const int HeadBytes = 5;

    public static byte[] Of(IMessage message)
    {
        int length = message.CalculateSize();
        byte[] frame = new byte[HeadBytes + length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), length);
        message.WriteTo(frame.AsSpan(HeadBytes));
        return frame;
    }

    public static int Length(ReadOnlySpan<byte> head) => head[0] == 0
        ? BinaryPrimitives.ReadInt32BigEndian(head[1..])
        : throw new EtcdException("an answer is compressed, which was not asked for", EtcdError.Rejected);

    public static HttpRequestMessage Request(Uri member, string path, HttpContent content, string? token)
    {
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(member, path))
        {
            Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = content,
        };
        request.Headers.TryAddWithoutValidation("te", "trailers");
        if (token is not null) request.Headers.TryAddWithoutValidation("token", token);
        return request;
    }

    /// <summary>Throws what the status says, unless it says that all is well.</summary>
    public static void ThrowUnlessOk(HttpResponseMessage response)
    {
        if (!response.IsSuccessStatusCode) throw new EtcdException($"HTTP {(int)response.StatusCode}, which no etcd answers", EtcdError.Rejected);
        string? status = Header(response.TrailingHeaders, "grpc-status") ?? Header(response.Headers, "grpc-status");
        if (status is "0") return;
        string message = Uri.UnescapeDataString(Header(response.TrailingHeaders, "grpc-message") ?? Header(response.Headers, "grpc-message") ?? "");
        throw Error(status ?? "no status", message);
    }

    static EtcdException Error(string status, string message)
    {
        EtcdError error = status switch
        {
            "no status" or "1" or "2" or "4" or "14" => EtcdError.Unavailable,    // cancelled, unknown, deadline, unavailable
            "16" => EtcdError.TokenRejected,
            "3" when message.Contains("revision of auth store is old", StringComparison.Ordinal) => EtcdError.TokenRejected,
            "3" when message.Contains("authentication failed", StringComparison.Ordinal) => EtcdError.Denied,
            "3" when message.Contains("user name is empty", StringComparison.Ordinal) => EtcdError.Denied,
            "7" => EtcdError.Denied,
            "8" when message.Contains("space exceeded", StringComparison.Ordinal) => EtcdError.NoSpace,
            "8" => EtcdError.Unavailable,     // too many requests
            "11" when message.Contains("compacted", StringComparison.Ordinal) => EtcdError.Compacted,
            "11" => EtcdError.Unavailable,    // a revision that this member has not yet
            _ => EtcdError.Rejected,
        };
        return new EtcdException(message.Length > 0 ? message : $"gRPC status {status}", error);
    }

    static string? Header(HttpResponseHeaders headers, string name) => headers.TryGetValues(name, out IEnumerable<string>? values) ? values.FirstOrDefault() : null;
}
