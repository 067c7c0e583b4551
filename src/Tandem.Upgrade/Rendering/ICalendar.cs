using System.Globalization;
using System.Text;
using Tandem.Upgrade.Documents;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Rendering;

/// <summary>Appointments as iCalendar, RFC 5545.</summary>
public static class ICalendar
{
    /// <summary>RFC 5545 §3.1: octets of a line, its end left out.</summary>
    const int LineOctetsMax = 75;

    public static string Of(Plan plan, IReadOnlyList<Appointment> appointments, Language language)
    {
        var text = new StringBuilder();
        Line(text, "BEGIN:VCALENDAR");
        Line(text, "VERSION:2.0");
        Line(text, "PRODID:-//Tandem//Upgrade planner//EN");
        Line(text, "CALSCALE:GREGORIAN");
        Line(text, "METHOD:PUBLISH");
        Line(text, "X-WR-CALNAME:" + Escape(language.Say("{0}: {1} from {2} to {3}", plan.Estate, plan.Product, plan.From, plan.To)));
        foreach (Appointment one in appointments)
        {
            Line(text, "BEGIN:VEVENT");
            Line(text, "UID:" + one.Uid);
            // Of the plan, not of the clock: the same plan writes the same file.
            Line(text, "DTSTAMP:" + plan.Today.ToString("yyyyMMdd", CultureInfo.InvariantCulture) + "T000000Z");
            if (one.Day is { } day)
            {
                Line(text, "DTSTART;VALUE=DATE:" + day.ToString("yyyyMMdd", CultureInfo.InvariantCulture));
                Line(text, "DTEND;VALUE=DATE:" + (one.LastDay ?? day).AddDays(1).ToString("yyyyMMdd", CultureInfo.InvariantCulture));
            }
            else
            {
                Line(text, "DTSTART:" + Utc(one.Begins));
                // §3.6.1: without an end it is an instant; an end that equals the begin is forbidden.
                if (one.Ends is { } ends) Line(text, "DTEND:" + Utc(ends));
            }
            Line(text, "SUMMARY:" + Escape(string.Join(": ", one.Title.Select(language.Say))));
            Line(text, "DESCRIPTION:" + Escape(string.Join('\n', one.Says.Select(language.Say))));
            Line(text, "CATEGORIES:" + one.Kind.ToUpperInvariant());
            Line(text, "TRANSP:" + (one is { Kind: "step", Day: null } ? "OPAQUE" : "TRANSPARENT"));
            Line(text, "END:VEVENT");
        }
        Line(text, "END:VCALENDAR");
        return text.ToString();
    }

    static string Utc(DateTimeOffset at) => at.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    /// <summary>§3.3.11, TEXT.</summary>
    internal static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length + 8);
        foreach (Rune rune in text.ReplaceLineEndings("\n").EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '\\' or ';' or ',': escaped.Append('\\').Append((char)rune.Value); break;
                case '\n': escaped.Append("\\n"); break;
                case < 0x20 or 0x7F: break;
                default: escaped.Append(rune.ToString()); break;
            }
        }
        return escaped.ToString();
    }

    /// <summary>§3.1: folded by a line break and a space, never within a letter.</summary>
    static void Line(StringBuilder text, string line)
    {
        int octets = 0;
        foreach (Rune rune in line.EnumerateRunes())
        {
            if (octets + rune.Utf8SequenceLength > LineOctetsMax)
            {
                text.Append("\r\n ");
                octets = 1;
            }
            text.Append(rune.ToString());
            octets += rune.Utf8SequenceLength;
        }
        text.Append("\r\n");
    }
}
