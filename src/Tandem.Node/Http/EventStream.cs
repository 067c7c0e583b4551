using System.Buffers;
using System.Text.Json;
using Tandem.Node.Events;

namespace Tandem.Node.Http;

/// <summary>
/// The state and its changes as Server-Sent Events: a snapshot with its number, then numbered changes. Who comes back with
/// a number gets exactly what came after it, or a reset and a snapshot when that is no longer here.
/// </summary>
static class EventStream
{
    const int BatchMax = 256;
    const int StreamsMax = 500;
    static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(10);
    /// <summary>A reader who takes nothing for this long is let go: it comes back with its number.</summary>
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    public static void Map(RouteGroupBuilder routes, Node node, CancellationToken stopping)
    {
        int open = 0;
        routes.MapGet("/events", async (HttpContext http, string? after) =>
        {
            string? last = http.Request.Headers["Last-Event-ID"] is { Count: > 0 } header ? header.ToString() : after;
            EventNumber number = default;
            if (!string.IsNullOrEmpty(last) && !EventNumber.TryParse(last, out number))
                throw new HttpError(400, "bad-number", $"'{last}' is no event's number", "send the id of the last event as it was, e.g. 4711.2, or none");
            if (Interlocked.Increment(ref open) > StreamsMax)
            {
                Interlocked.Decrement(ref open);
                throw new HttpError(503, "too-many-streams", $"{StreamsMax} streams are open already", "close one, or try again");
            }
            try
            {
                using var ended = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
                await FollowAsync(node, http, string.IsNullOrEmpty(last) ? null : number, ended.Token);
            }
            catch (OperationCanceledException)
            {
                // The reader left, was too slow, or the node stops.
                if (!stopping.IsCancellationRequested) http.Abort();
            }
            finally
            {
                Interlocked.Decrement(ref open);
            }
        }).WithName("events").WithTags("state")
            .WithSummary("Server-Sent Events: 'snapshot' with its number, then changes: agent, agent-removed, call, call-ended, phone, phone-removed, configuration. "
                + "With Last-Event-ID or ?after= exactly what came after it, or 'reset' and a snapshot.")
            .Produces(200, contentType: "text/event-stream").ProducesError(400);
    }

    static async Task FollowAsync(Node node, HttpContext http, EventNumber? after, CancellationToken stop)
    {
        http.Response.ContentType = "text/event-stream";
        var writer = new Writer(http.Response, stop);
        EventNumber at = after ?? await BeginAsync(node, writer);
        while (true)
        {
            if (!node.Events.TryRead(at, BatchMax, out List<StateEvent> events, out Task more))
            {
                writer.Add("reset", null, new { reason = "what came after your number is no longer here: begin again with the snapshot that follows" });
                at = await BeginAsync(node, writer);
                continue;
            }
            foreach (StateEvent e in events) writer.Add(e.Kind, e.Number.ToString(), e.Value ?? new { });
            if (events.Count > 0)
            {
                at = events[^1].Number;
                await writer.SendAsync();
                continue;
            }
            // The answer's head goes out at once, also when there is nothing to tell yet.
            if (!http.Response.HasStarted) await writer.HeartbeatAsync();
            while (await Task.WhenAny(more, Task.Delay(s_heartbeat, stop)) != more)
            {
                stop.ThrowIfCancellationRequested();
                await writer.HeartbeatAsync();
            }
        }
    }

    static async Task<EventNumber> BeginAsync(Node node, Writer writer)
    {
        StateSnapshot snapshot = await new StateReading(node).SnapshotAsync();
        writer.Add("snapshot", snapshot.Number, snapshot);
        await writer.SendAsync();
        return snapshot.At;
    }

    sealed class Writer(HttpResponse response, CancellationToken stop)
    {
        readonly ArrayBufferWriter<byte> _buffer = new(4096);

        public void Add(string kind, string? id, object data)
        {
            if (id is not null) Text($"id: {id}\n");
            Text($"event: {kind}\ndata: ");
            using (var json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { Encoder = Json.Options.Encoder })) JsonSerializer.Serialize(json, data, data.GetType(), Json.Options);
            Text("\n\n");
        }

        public Task HeartbeatAsync()
        {
            Text(": still here\n\n");
            return SendAsync();
        }

        public async Task SendAsync()
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
            patience.CancelAfter(s_patience);
            await response.Body.WriteAsync(_buffer.WrittenMemory, patience.Token);
            await response.Body.FlushAsync(patience.Token);
            _buffer.ResetWrittenCount();
        }

        void Text(string text) => _buffer.Write(System.Text.Encoding.UTF8.GetBytes(text));
    }
}
