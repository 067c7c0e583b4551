using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Tandem.Upgrade.Running;

/// <param name="Duration">By the run's clock.</param>
public sealed record CommandResult(int ExitCode, TimeSpan Duration);

/// <summary>Runs a step's command on this machine by <c>sh</c>.</summary>
public sealed class LocalShell(TimeProvider clock)
{
    /// <summary>Waits until it ends, however long: the engineer sees its output and may interrupt it.</summary>
    /// <param name="outputPath">Gets both outputs in the order in which they come, byte for byte.</param>
    /// <param name="onLine">Sees them line by line.</param>
    /// <exception cref="UpgradeException">There is no sh.</exception>
    public CommandResult Run(string command, string outputPath, Action<string> onLine)
    {
        // One stream for both, so that an error stands where it happened.
        var start = new ProcessStartInfo("sh") { ArgumentList = { "-c", "exec 2>&1\n" + command }, RedirectStandardInput = true, RedirectStandardOutput = true };
        long began = clock.GetTimestamp();
        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            throw new UpgradeException($"`sh` cannot be started, so no command can run here: {e.Message}. Run it by hand and answer done or failed", e);
        }
        // The answers of the run are not for the command.
        process.StandardInput.Close();
        using (var kept = new FileStream(outputPath, FileMode.CreateNew, FileAccess.Write))
        {
            Copy(process.StandardOutput.BaseStream, kept, onLine);
            kept.Flush(flushToDisk: true);
        }
        process.WaitForExit();
        return new CommandResult(process.ExitCode, clock.GetElapsedTime(began));
    }

    static void Copy(Stream output, FileStream kept, Action<string> onLine)
    {
        // A line that never ends is shown in parts.
        const int partMax = 4096;
        byte[] buffer = new byte[8192];
        var line = new StringBuilder();
        Decoder decoder = Encoding.UTF8.GetDecoder();
        char[] chars = new char[Encoding.UTF8.GetMaxCharCount(buffer.Length)];
        int read;
        while ((read = output.Read(buffer)) > 0)
        {
            kept.Write(buffer, 0, read);
            int count = decoder.GetChars(buffer, 0, read, chars, 0);
            foreach (char c in chars.AsSpan(0, count))
            {
                if (c != '\n') line.Append(c);
                if (c != '\n' && line.Length < partMax) continue;
                onLine(line.ToString());
                line.Clear();
            }
        }
        if (line.Length > 0) onLine(line.ToString());
    }
}
