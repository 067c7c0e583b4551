using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Documents;

static class GanttDocument
{
    public static IReadOnlyList<Block> Blocks(Plan plan)
    {
        if (plan.Steps.Count == 0) return [new Paragraph(Text.Of("Nothing is planned, so there is nothing to draw."))];
        return
        [
            new Paragraph(Text.Of("One bar for each step, coloured by who routes while it goes on; the letters say the same. The pale band is the window. Hours are local to {0}.", plan.Zone)),
            new Figure("gantt", Text.Of("Steps over time"), Text.Of("A bar chart of {0} steps; the chronology has the same as a table.", plan.Steps.Count), GanttChart.Of(plan)),
        ];
    }
}
