using System.Collections.Concurrent;
using System.Text;

namespace Tandem.Node.Guarding;

/// <summary>Lines for a log that may stand still (a full pipe, a journal daemon that hangs): the guardian does not wait for it.</summary>
sealed class QueuedLog : TextWriter
{
    const int LinesMax = 10_000;
    readonly BlockingCollection<string> _lines = new(LinesMax);
    readonly Thread _writer;

    public QueuedLog(TextWriter to)
    {
        _writer = new Thread(() =>
        {
            foreach (string line in _lines.GetConsumingEnumerable()) to.WriteLine(line);
            to.Flush();
        }) { IsBackground = true, Name = "guardian log" };
        _writer.Start();
    }

    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>Beyond the limit lines are lost.</summary>
    public override void WriteLine(string? value)
    {
        if (!_lines.IsAddingCompleted) _lines.TryAdd(value ?? "");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_lines.IsAddingCompleted)
        {
            _lines.CompleteAdding();
            _writer.Join(1_000);
        }
        base.Dispose(disposing);
    }
}
