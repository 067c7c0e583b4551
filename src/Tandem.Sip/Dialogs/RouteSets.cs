namespace Tandem.Sip;

/// <summary>RFC 3261 §12.1.1, §12.1.2, §12.2.1.1.</summary>
static class RouteSets
{
    /// <summary>UAS: Record-Route in the order received. UAC: reversed.</summary>
    public static IReadOnlyList<byte[]> Of(SipMessage message, bool reversed)
    {
        if (!message.Has(HeaderKind.RecordRoute)) return [];
        var routes = new List<byte[]>();
        foreach (AddressView route in message.Addresses(HeaderKind.RecordRoute)) routes.Add(route.Text.ToArray());
        if (reversed) routes.Reverse();
        return routes;
    }

    /// <summary>True: the first route is a loose router, so the Request-URI is the remote target. An empty set counts as loose.</summary>
    public static bool IsLoose(IReadOnlyList<byte[]> routes) =>
        routes.Count == 0 || (AddressView.TryParse(routes[0], out AddressView first) && first.Uri.TryParameter("lr"u8, out _));

    public static ReadOnlySpan<byte> RequestUri(Dialog dialog)
    {
        if (IsLoose(dialog.RouteSet) || !AddressView.TryParse(dialog.RouteSet[0], out AddressView first)) return dialog.RemoteTarget;
        ReadOnlySpan<byte> uri = first.Uri.Text;
        int question = uri.IndexOf((byte)'?');
        return question < 0 ? uri : uri[..question];
    }

    public static void Write(MessageWriter writer, Dialog dialog)
    {
        bool loose = IsLoose(dialog.RouteSet);
        for (int i = loose ? 0 : 1; i < dialog.RouteSet.Count; i++) writer.Header("Route"u8, dialog.RouteSet[i]);
        if (loose) return;
        writer.Append("Route: <"u8);
        writer.Append(dialog.RemoteTarget);
        writer.Append(">\r\n"u8);
    }

    /// <summary>The URI that says where a request in the dialog goes first.</summary>
    public static ReadOnlySpan<byte> NextHop(Dialog dialog) =>
        dialog.RouteSet.Count > 0 && AddressView.TryParse(dialog.RouteSet[0], out AddressView first) ? first.Uri.Text : dialog.RemoteTarget;
}
