using System.Net;

namespace Tandem.Node.Http;

/// <summary>
/// Who may come in. A page in somebody's browser must not reach the API by a name that it resolves to this machine (DNS
/// rebinding), nor from its own origin; everybody else needs the token.
/// </summary>
sealed class Gate(AccessToken token, IPAddress bound, IReadOnlyList<string> names)
{
    const string Bearer = "Bearer ";

    /// <summary>Null: come in.</summary>
    public HttpError? Check(HttpRequest request)
    {
        if (!IsOurs(request.Host.Host))
            return new HttpError(StatusCodes.Status421MisdirectedRequest, "wrong-host", $"'{request.Host.Host}' is no name of this node", "use the address that it listens on");
        if (IsForeign(request))
            return new HttpError(StatusCodes.Status403Forbidden, "foreign-origin", "requests from other web sites are refused", "call the API from a program, or from this node's own pages");
        if (request.Path == "/health") return null;
        string given = request.Headers.Authorization.ToString();
        if (given.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) && token.Is(given.AsSpan(Bearer.Length).Trim())) return null;
        request.HttpContext.Response.Headers.WWWAuthenticate = "Bearer";
        return new HttpError(StatusCodes.Status401Unauthorized, "no-token", given.Length == 0 ? "the request has no token" : "the token is wrong",
            "send 'Authorization: Bearer TOKEN' with what stands in the file 'token' of the node's data directory");
    }

    /// <summary>Addresses cannot be rebound, names can.</summary>
    bool IsOurs(string host)
    {
        if (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address))
            return address.Equals(bound) || (IPAddress.IsLoopback(bound) && IPAddress.IsLoopback(address)) || IsAny;
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase)) return IPAddress.IsLoopback(bound) || IsAny;
        return names.Contains(host, StringComparer.OrdinalIgnoreCase);
    }

    bool IsAny => bound.Equals(IPAddress.Any) || bound.Equals(IPAddress.IPv6Any);

    static bool IsForeign(HttpRequest request)
    {
        if (request.Headers["Sec-Fetch-Site"] is { Count: > 0 } site && site.ToString() is "cross-site" or "same-site") return true;
        return request.Headers.Origin is { Count: > 0 } origin
            && !string.Equals(origin.ToString(), $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);
    }
}
