using Spectre.Console;
using Spectre.Console.Rendering;
using Tandem.Node.Commands;

namespace Tandem.Node.Trial;

/// <summary>The trial as it goes on: live on a terminal, a line now and then elsewhere.</summary>
static class Progress
{
    const int BarWidth = 40;

    public static async Task ShowAsync(Trial trial, Task running, int calls, bool quiet)
    {
        if (quiet) return;
        if (!Shown.IsTerminal)
        {
            string last = "";
            while (!running.IsCompleted)
            {
                await Task.WhenAny(running, Task.Delay(2000));
                (int queued, int ringing, int talking, int done) = trial.Now();
                string line = $"  queued {queued}, ringing {ringing}, talking {talking}, done {done} of {calls}";
                if (line != last) Console.WriteLine(line);
                last = line;
            }
            return;
        }
        await AnsiConsole.Live(Picture(trial, calls)).AutoClear(true).StartAsync(async live =>
        {
            while (!running.IsCompleted)
            {
                live.UpdateTarget(Picture(trial, calls));
                await Task.WhenAny(running, Task.Delay(150));
            }
        });
    }

    static Rows Picture(Trial trial, int calls)
    {
        (int queued, int ringing, int talking, int done) = trial.Now();
        int filled = BarWidth * done / calls;
        var lines = new List<IRenderable>
        {
            new Markup($"[green]{new string('━', filled)}[/][grey]{new string('━', BarWidth - filled)}[/]  {done} of {calls} calls done"),
            new Markup($"[yellow]{queued,3}[/] queued   [aqua]{ringing,3}[/] ringing   [green]{talking,3}[/] talking"),
        };
        // One line as long as a terminal is tall for all of them.
        if (trial.Agents.Count <= 12)
            lines.AddRange(trial.Agents.Select(a => new Markup($"[bold]{Markup.Escape(a.Name),-12}[/] [grey]phone {Markup.Escape(a.Phone),-6}[/] [green]{new string('▪', Math.Min(60, trial.TakenBy(a)))}[/]")));
        return new Rows(lines);
    }
}
